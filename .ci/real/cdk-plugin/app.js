// An app with S3, RDS, Lambda and API Gateway, a nested stack and a stage, and each kind of acknowledgement. `CASE` selects what it has.
const { App, CfnOutput, CfnParameter, Duration, NestedStack, RemovalPolicy, SecretValue, Stack, Stage, Tags, Validations } = require('aws-cdk-lib');
const { LambdaRestApi } = require('aws-cdk-lib/aws-apigateway');
const { InstanceClass, InstanceSize, InstanceType, SubnetType, Vpc } = require('aws-cdk-lib/aws-ec2');
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda');
const { Credentials, DatabaseInstance, DatabaseInstanceEngine, PostgresEngineVersion } = require('aws-cdk-lib/aws-rds');
const { BlockPublicAccess, Bucket, BucketEncryption } = require('aws-cdk-lib/aws-s3');
const { Hipaalint } = require('@hipaalint/cdk');

const { CASE = 'broken', OPTIONS = '{}', PEERS } = process.env;

/** Three buckets, a database, a function and its API. */
class Records extends Stack {
  constructor(scope, id) {
    super(scope, id);
    new Bucket(this, 'Open');
    const scratch = new Bucket(this, 'Scratch');
    Validations.of(scratch).acknowledge(
      { id: 'hipaalint::s3-bucket-versioning', reason: 'made again every night' },
      { id: 's3-bucket-tls-only', reason: 'reached from one network only' },
      { id: 'HIPAA.Security::HIPAA.Security-S3BucketLevelPublicAccessProhibited', reason: 'the account blocks it' },
    );
    const unexplained = new Bucket(this, 'Unexplained');
    Validations.of(unexplained).acknowledge({ id: 'hipaalint::s3-bucket-versioning', reason: '' });

    const vpc = new Vpc(this, 'Network', { maxAzs: 2 });
    const database = new DatabaseInstance(this, 'Database', {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      publiclyAccessible: true,
      engine: DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_16 }),
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO),
      credentials: Credentials.fromPassword('admin1', SecretValue.unsafePlainText('hunter2hunter2')),
    });
    Validations.of(database).acknowledge({ id: 'hipaalint::rds-storage-encrypted', reason: 'test data only' });

    const handler = new Function(this, 'Handler', {
      runtime: Runtime.NODEJS_18_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 })'),
      timeout: Duration.seconds(5),
    });
    new LambdaRestApi(this, 'Api', { handler });

    const nest = new NestedStack(this, 'Nest');
    new Bucket(nest, 'Inner');
    const copy = new Bucket(nest, 'Copy');
    Validations.of(copy).acknowledge({ id: 'hipaalint::s3-bucket-versioning', reason: 'a copy' });
    new CfnParameter(nest, 'ApiToken', { type: 'String', default: 'made-up-token-1234' });
    new CfnOutput(this, 'Out', { value: database.instanceIdentifier });
  }
}

class Clean extends Stack {
  constructor(scope, id) {
    super(scope, id);
    const options = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    new Bucket(this, 'Data', { ...options, serverAccessLogsBucket: new Bucket(this, 'Logs', options) });
    for (const [key, value] of [['Environment', 'prod'], ['DataClassification', 'PHI'], ['ComplianceScope', 'HIPAA']]) Tags.of(this).add(key, value);
  }
}

/** COUNT buckets, which have a known number of findings each. */
class Many extends Stack {
  constructor(scope, id, count) {
    super(scope, id);
    for (let index = 0; index < count; index += 1) new Bucket(this, `Bucket${index}`);
  }
}

const app = new App();
switch (CASE) {
  case 'broken':
    new Records(app, 'Records');
    new Records(new Stage(app, 'Prod'), 'Records');
    Validations.of(app).acknowledge(
      { id: 'hipaalint::s3-bucket-encryption-declared', reason: 'the default of S3 is enough' },
      { id: 'HIPAA.Security-APIGWExecutionLoggingEnabled', reason: 'logged by the gateway before it' },
    );
    break;
  case 'clean':
    new Clean(app, 'Clean');
    break;
  case 'many':
    new Many(app, 'Many', Number(process.env.COUNT));
    break;
  default:
    throw new Error(`no case ${CASE}`);
}
if (PEERS) {
  const { HIPAASecurityChecks } = require('cdk-nag');
  Validations.of(app).addPlugins(new HIPAASecurityChecks(app));
}
if (OPTIONS !== 'none') Validations.of(app).addPlugins(new Hipaalint({ binary: process.env.BINARY, ...JSON.parse(OPTIONS) }));
const before = process.cpuUsage();
try {
  app.synth();
} finally {
  const { user, system } = process.cpuUsage(before);
  if (process.env.MEASURE) console.log(`CPU ${(user + system) / 1000}`);
}
