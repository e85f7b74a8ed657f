//! Every analysis, one a row: what the language, the words of messages, the documentation and the checks know of it.

/// Gives all rows to a macro. A row has the name in rule files and the arguments, if there are any; the function of
/// `check/analysis/` that decides it, which only the macro there resolves; how rule files write the operands (`true` without
/// arguments); the items that it is for; when it is true; and its words for messages, each with what documentation adds about it.
macro_rules! analyses {
    ($then:ident) => {
        $then! {
            Principal(arguments: Who) "principal" = policy::principal {
                operands: "`principal: everyone`, `foreign-account`, `service`, or `log-delivery`",
                on: "statement",
                decides: "one of its principals is of that kind. For `foreign-account`, the document's `Deny` statements count, and so do \
                    conditions by which a statement for everyone admits such an account. `log-delivery` is a service or account that \
                    delivers access logs of S3 or of load balancers, or audit logs of Redshift, and cannot use KMS keys",
                words: [],
            }
            RestrictsCallers "restricts-callers" = policy::restricts_callers {
                on: "statement",
                decides: "its conditions and the document's `Deny` statements, all together, admit known callers only",
                words: [],
            }
            ConditionsRestrictCallers "conditions-restrict-callers" = policy::conditions_restrict_callers {
                on: "statement",
                decides: "its own conditions alone admit known callers only",
                words: [],
            }
            ServesAnyAccount "serves-any-account" = policy::serves_any_account {
                on: "statement",
                decides: "it allows an AWS service, as principal or by conditions, to act for resources of any account, although the service sends the account in \
                    its requests (`data/service-sources.txt`). Conditions and the document's `Deny` statements count. Points to the \
                    service",
                words: [("service", "")],
            }
            RequiresKey(arguments: RequiresKey) "requires-key" = RequiresKey::judge {
                operands: "`requires-key: [keys]`",
                on: "statement",
                decides: "its conditions admit no request that lacks all of these condition keys, or has values that others have, too",
                words: [],
            }
            AllowsEveryAction "allows-every-action" = policy::allows_every_action {
                on: "statement",
                decides: "its `Action` includes every action of the service that the policy is about: one pattern alone (`*`, \
                    `sqs:?*`), or several together (`data/iam-actions.txt`)",
                words: [],
            }
            AllowsOtherActions "allows-other-actions" = policy::allows_other_actions {
                on: "statement",
                decides: "it has `NotAction`, which leaves actions on the policy's resource",
                words: [],
            }
            LeavesActions(arguments: LeavesActions) "leaves-actions" = LeavesActions::judge {
                operands: "`leaves-actions: [kms:Decrypt, \"kms:ReEncrypt*\"]`",
                on: "statement",
                decides: "it has `NotAction`, which leaves one of these actions. A whole service (`kms:*`) is left if none of its actions is named",
                words: [],
            }
            GrantsAdmin "grants-admin" = policy::grants_admin {
                on: "statement",
                decides: "it allows all actions on all resources, and so do the permissions boundaries of those who have it, if the template \
                    declares them",
                words: [],
            }
            SurelyGrantsAdmin "surely-grants-admin" = policy::surely_grants_admin {
                on: "statement",
                decides: "it allows all actions on all resources, without doubt; also if a permissions boundary of the template leaves no \
                    `needless-wildcard` of it. False, not unknown, if a part is unknown: for \
                    rules that leave such statements to another rule",
                words: [],
            }
            NeedlessWildcard "needless-wildcard" = policy::needless_wildcard {
                on: "statement",
                decides: "its resource is `*`, or every resource of a kind, although some of its actions support a narrower one, \
                    and no condition on tags or aliases of the resource limits it",
                words: [("actions", ""), ("instead", "")],
            }
            ManagedPolicyGrants(arguments: Vec<Grant>) "managed-policy-grants" = policy::managed_policy_grants {
                operands: "`managed-policy-grants: [everything, nearly-everything, service, data]`",
                on: "ARN of a managed policy",
                decides: "it is an AWS managed policy that grants one of these (`data/managed-policies.txt`). `data`: an inline \
                    statement with the same rights would be a `needless-wildcard`",
                words: [],
            }
            BucketPolicyDenies(arguments: BucketPolicyDenies) "bucket-policy-denies" = BucketPolicyDenies::judge {
                operands: "`bucket-policy-denies: {actions, targets: [bucket, objects], requests: [{key: value-or-null}]}`",
                on: "bucket, bucket policy",
                decides: "every such request is denied for all principals. Unknown if two policies name the bucket. If a \
                    statement denies the requests on a part of the resources only, shows its `Resource`, and points to it in a bucket \
                    policy",
                words: [("policies", ""), ("where", "")],
            }
            PolicyDenies(arguments: PolicyDenies) "policy-denies" = PolicyDenies::judge {
                operands: "`policy-denies: {actions, requests: [{key: value-or-null}]}`",
                on: "queue, topic, resource with a policy of its own",
                decides: "every such request is denied for all principals by the policies of the template. Of several policies on \
                    one queue or topic, only one is in force: unknown unless all of them deny, or none",
                words: [("policies", "")],
            }
            DeniesItself(arguments: DeniesItself) "denies-itself" = DeniesItself::judge {
                operands: "`denies-itself: {actions, but-some: false}`",
                on: "role, user, group, policy",
                decides: "`Deny` statements without conditions, of its own or of policies that the template attaches to it, deny each of these \
                    actions on every resource. With `but-some: true`, also on every resource except some (`NotResource`)",
                words: [],
            }
            Tagged(arguments: Tagged) "tagged" = Tagged::judge {
                operands: "`tagged: {keys}`",
                on: "resource",
                decides: "it has all tags, in the form of its type",
                words: [("missing", "")],
            }
            HasTaggableResources "has-taggable-resources" = tags::has_taggable_resources {
                on: "template",
                decides: "a resource's type has tags",
                words: [],
            }
            UsesTagKeys(arguments: UsesTagKeys) "uses-tag-keys" = UsesTagKeys::judge {
                operands: "`uses-tag-keys: {keys}`",
                on: "anything",
                decides: "some resource of the template has all these tags, as the template is written. Unknown if a loop, macro \
                    or module creates unknown resources",
                words: [("missing", "")],
            }
            NameContains(arguments: NameContains) "name-contains" = NameContains::judge {
                operands: "`name-contains: {parameter}`",
                on: "resource",
                decides: "its explicit physical name, if any, contains the parameter",
                words: [],
            }
            HasExplicitNames "has-explicit-names" = names::has_explicit_names {
                on: "template",
                decides: "a resource has an explicit physical name that does not show which deployment it belongs to: it is more \
                    than a parameter or the stack name (and the `.fifo` of a queue or topic), and contains neither a parameter for \
                    the environment (`Env`, `EnvName`, `EnvType`, `Environment…`) nor a generated name or ID",
                words: [],
            }
            DeclaresParameter(arguments: DeclaresParameter) "declares-parameter" = DeclaresParameter::judge {
                operands: "`declares-parameter: {parameter}`",
                on: "anything",
                decides: "the template declares the parameter. Points to `Parameters`",
                words: [("parameter", "")],
            }
            LiteralSecrets(arguments: LiteralSecrets) "literal-secrets" = LiteralSecrets::judge {
                operands: "`literal-secrets: {below: [keys]}`",
                on: "any block",
                decides: "a secret is written in plaintext below one of these keys, at `{name}`: as a value, put together by functions, or in \
                    a script, program or settings",
                words: [("what", "")],
            }
            SecretVariables(arguments: SecretVariables) "secret-variables" = SecretVariables::judge {
                operands: "`secret-variables: {path}`",
                on: "resource",
                decides: "the map at `path` contains a secret",
                words: [],
            }
            ExposesSecret(arguments: ExposesSecret) "exposes-secret" = ExposesSecret::judge {
                operands: "`exposes-secret: {path, keys: [keys], except: [kinds]}`",
                on: "any block",
                decides: "the value at `path` (names only) passes on a parameter with `NoEcho` or for a secret, the value of a \
                    stored secret, or an attribute that is a secret. With `keys`, only what is below one of these keys. `except` \
                    leaves out kinds: `parameters`, `stored`, `attributes`. Points to the value",
                words: [("secret", "")],
            }
            CarriesSecret "carries-secret" = secrets::carries_secret {
                on: "parameter",
                decides: "its value is a secret",
                words: [],
            }
            OpensPort(arguments: OpensPort) "opens-port" = OpensPort::judge {
                operands: "`opens-port: {any-of: ports}` or `{other-than: ports}`",
                on: "security group rule",
                decides: "it opens such a port. Points to the rule, or to `at: P` in it",
                words: [("ports", "")],
            }
            OpensToInternet(arguments: OpensToInternet) "opens-to-internet" = OpensToInternet::judge {
                operands: "`opens-to-internet: {other-than: ports}`",
                on: "security group rule",
                decides: "it opens a port to the internet (see `world`), by its CIDR block or by a prefix list of this template",
                words: [("ports", "")],
            }
            AclOpensToInternet(arguments: AclOpensToInternet) "acl-opens-to-internet" = AclOpensToInternet::judge {
                operands: "`acl-opens-to-internet: {ports: [22], at: P}`",
                on: "entry of a network ACL",
                decides: "it lets the internet (see `world`) reach one of these ports, and no entry with a lower number denies that",
                words: [("ports", "")],
            }
            RoutesWholeInternet "routes-whole-internet" = network::routes_whole_internet {
                on: "route",
                decides: "its destination is the internet (see `world`)",
                words: [],
            }
            RoutesToInternet(arguments: RoutesToInternet) "routes-to-internet" = RoutesToInternet::judge {
                operands: "`routes-to-internet: {subnets: P, vpc-only: false}`",
                on: "resource",
                decides: "a subnet at `P` has a route to an internet gateway (`vpc-only`: its VPC has a gateway). Without \
                    `subnets`, the resource is the subnet",
                words: [("subnet", "")],
            }
            PublicIpv6Block(arguments: PublicIpv6Block) "public-ipv6-block" = PublicIpv6Block::judge {
                operands: "`public-ipv6-block: {subnets: P}`",
                on: "resource",
                decides: "the IPv6 block of a subnet at `P` is public: not in `fd00::/8`, and not of an IPAM pool. A subnet that the \
                    template does not declare counts as public. Without `subnets`, the resource is the subnet",
                words: [],
            }
            SubnetZones(arguments: SubnetZones) "subnet-zones" = SubnetZones::judge {
                operands: "`subnet-zones: {subnets: P, at-least: n}`",
                on: "resource",
                decides: "the subnets at `P` are in at least that many Availability Zones",
                words: [],
            }
            InBackupPlan "in-backup-plan" = backup::in_backup_plan {
                on: "resource",
                decides: "a backup selection of the template covers it, by reference, by a pattern of ARNs, or by its tags",
                words: [("plan", "")],
            }
            FitsVaultLock "fits-vault-lock" = backup::fits_vault_lock {
                on: "rule of a backup plan",
                decides: "the lock of the vault that it names in this template accepts how long it keeps backups",
                words: [("kept", "`for 90 days`"), ("lock", "`at least 365 days`")],
            }
            ReceivesVendedLogs "receives-vended-logs" = deliveries::receives_vended_logs {
                on: "bucket",
                decides: "a resource of the template has AWS deliver logs to it as `delivery.logs.amazonaws.com`: flow logs, logs of \
                    firewalls, and others",
                words: [],
            }
            RecordsManagementEvents "records-management-events" = trails::records_management_events {
                on: "anything",
                decides: "the trails and event data stores of the template record all management events",
                words: [("missing", "`reads`, `writes`, or both")],
            }
            RecordsDataEvents(arguments: RecordsDataEvents) "records-data-events" = RecordsDataEvents::judge {
                operands: "`records-data-events: {type, everything, reads, writes}`",
                on: "anything",
                decides: "they record all data events of the type (`AWS::S3::Object`). `everything` lists the patterns with which \
                    basic selectors name all resources, `reads` and `writes` the names of events. Unknown if they record only some \
                    reads and writes, such as those of one bucket",
                words: [("missing", "")],
            }
            Escalates "escalates" = identity::escalates {
                on: "role, user, group, policy",
                decides: "its permissions in this template allow it to get more permissions. Points to the statement",
                words: [("actions", ""), ("more", "")],
            }
            PhiTagged "phi-tagged" = phi::phi_tagged {
                on: "resource",
                decides: "a tag marks it as containing PHI",
                words: [],
            }
            HipaaEligible "hipaa-eligible" = phi::hipaa_eligible {
                on: "resource",
                decides: "AWS's Business Associate Addendum covers its service, or the service is not meant for PHI",
                words: [("service", ""), ("as-of", "the day of the list")],
            }
            InSupport(arguments: InSupport) "in-support" = InSupport::judge {
                operands: "`in-support: {of, path}`",
                on: "resource",
                decides: "AWS supports the version at `path` on the day of the run (`--today`): its last day is later, or AWS has \
                    announced none. `of` is `lambda-runtimes`, `database-engines` (with `engine`, the path of the engine), \
                    `documentdb-engines`, `neptune-engines`, `synthetics-runtimes`, `services` (with `path: $.Type`), or \
                    `certificate-authorities`. True without a version, unknown for a version that the data does not have \
                    (`data/lambda-runtimes.txt`, `data/lifecycles.txt`), unless it is older than the oldest version of its engine",
                words: [("ended", ""), ("as-of", "the day of the data")],
            }
            EncryptsData "encrypts-data" = phi::encrypts_data {
                on: "KMS key",
                decides: "a resource that stores data, or is tagged as PHI, uses it as its key",
                words: [("user", "")],
            }
            Identifies(arguments: Identifies) "identifies" = Identifies::judge {
                operands: "`identifies: {below: [keys], more: [patterns]}`",
                on: "any block",
                decides: "a text below one of these keys identifies a patient",
                words: [("what", "")],
            }
            LogsEvent(arguments: LogsEvent) "logs-event" = LogsEvent::judge {
                operands: "`logs-event: {code, handler, runtime}`",
                on: "function",
                decides: "its inline code logs the whole event. The operands are paths",
                words: [("line", ""), ("code", ""), ("others", "")],
            }
            OperationsAuthorize(arguments: OperationsAuthorize) "operations-authorize" = OperationsAuthorize::judge {
                operands: "`operations-authorize: {document, api}`",
                on: "API",
                decides: "an OpenAPI document is at the path `document`, and all of its operations except `OPTIONS` require \
                    authorization. `api` is `rest` or `http`. Points to the operations",
                words: [("operations", ""), ("problem", "")],
            }
            DependencyCycle "dependency-cycle" = dependencies::dependency_cycle {
                on: "template",
                decides: "resources depend on each other in a cycle",
                words: [("cycle", "`A → B → A`"), ("others", "")],
            }
            UnresolvedReference "unresolved-reference" = dependencies::unresolved_reference {
                on: "template",
                decides: "a name is used that does not exist: `{name}`",
                words: [("used-by", ""), ("meant", ""), ("hint", "")],
            }
        }
    };
}

pub(in crate::rules) use analyses;
