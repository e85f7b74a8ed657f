//! Parts of a picture: what is around some resources, and what has to do with PHI.

use super::{Deployment, Drawing, Edge, Import, Node, Picture};
use std::collections::VecDeque;

/// Properties whose references lead to where a resource sends or copies its data: type and path.
///
/// Source: the types' pages in the CloudFormation Template Reference (2026-11).
const FLOWS: [(&str, &str); 20] = [
    ("AWS::Backup::BackupPlan", "Properties/BackupPlan/BackupPlanRule"),
    ("AWS::DMS::ReplicationTask", "Properties/TargetEndpointArn"),
    ("AWS::DynamoDB::Table", "Properties/KinesisStreamSpecification"),
    ("AWS::Events::Rule", "Properties/Targets"),
    ("AWS::KinesisFirehose::DeliveryStream", "Properties/ExtendedS3DestinationConfiguration/BucketARN"),
    ("AWS::KinesisFirehose::DeliveryStream", "Properties/ExtendedS3DestinationConfiguration/S3BackupConfiguration"),
    ("AWS::KinesisFirehose::DeliveryStream", "Properties/S3DestinationConfiguration/BucketARN"),
    ("AWS::Lambda::EventInvokeConfig", "Properties/DestinationConfig"),
    ("AWS::Lambda::EventSourceMapping", "Properties/DestinationConfig"),
    ("AWS::Lambda::EventSourceMapping", "Properties/FunctionName"),
    ("AWS::Lambda::Function", "Properties/DeadLetterConfig"),
    ("AWS::Logs::SubscriptionFilter", "Properties/DestinationArn"),
    ("AWS::Pipes::Pipe", "Properties/Enrichment"),
    ("AWS::Pipes::Pipe", "Properties/Target"),
    ("AWS::S3::Bucket", "Properties/InventoryConfigurations"),
    ("AWS::S3::Bucket", "Properties/NotificationConfiguration"),
    ("AWS::S3::Bucket", "Properties/ReplicationConfiguration/Rules"),
    ("AWS::SNS::Subscription", "Properties/Endpoint"),
    ("AWS::SNS::Topic", "Properties/Subscription"),
    ("AWS::SQS::Queue", "Properties/RedrivePolicy"),
];

/// How a relation passes on that a resource has to do with PHI.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Passes {
    /// From the resource that is referred to.
    Back,
    /// In both directions.
    Both,
    /// Not at all.
    Never,
}

impl Picture {
    /// Leaves what is at most so many edges away from some resources, in either direction. Each is named by its logical id or by
    /// the path of its construct.
    ///
    /// # Errors
    /// Names of no resource.
    pub fn keep_around(&mut self, names: &[String], depth: usize) -> Result<(), Vec<String>> {
        let is_named = |name: &String| {
            let mut nodes = self.drawings.iter().flat_map(|drawing| &drawing.nodes);
            nodes.any(|node| node.is_named(name))
        };
        let unknown: Vec<String> = names.iter().filter(|name| !is_named(name)).cloned().collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let is_named = |node: &Node| names.iter().any(|name| node.is_named(name));
        let kept = self.reached(is_named, depth, |_, _| Passes::Both, Passes::Both);
        self.keep(&kept);
        Ok(())
    }

    /// Leaves the resources that hold PHI or may hold it, and those that lead to them: what refers to them, uses a role that may use
    /// them, or gets their data, and so on; of a database, the path from the internet, too.
    pub fn keep_phi(&mut self) {
        let mut kept = self.reached(|node| node.phi.is_some(), usize::MAX, passes, Passes::Back);
        // Security groups and routes lead to a database. Others that share them have nothing to do with it.
        let near = self.drawings.iter().flat_map(Drawing::near_holders);
        kept.iter_mut().zip(near).for_each(|(kept, near)| *kept |= near);
        self.keep(&kept);
    }

    /// What some resources of all templates reach in so many steps: how edges pass on, and references across templates.
    fn reached(
        &self,
        starts: impl Fn(&Node) -> bool,
        depth: usize,
        passes: impl Fn(&Drawing, &Edge) -> Passes,
        across: Passes,
    ) -> Vec<bool> {
        let nodes = self.drawings.iter().flat_map(|drawing| &drawing.nodes);
        let starts: Vec<usize> =
            nodes.enumerate().filter_map(|(number, node)| starts(node).then_some(number)).collect();
        let mut next = Steps { next: vec![Vec::new(); self.drawings.iter().map(|drawing| drawing.nodes.len()).sum()] };
        for (first, drawing) in self.numbered() {
            for edge in &drawing.edges {
                next.add(first + edge.from, first + edge.to, passes(drawing, edge));
            }
        }
        for (from, to, _) in self.imported() {
            next.add(from, to, across);
        }
        next.reached(starts, depth)
    }

    /// Every name of a resource that [`keep_around`](Self::keep_around) takes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let nodes = self.drawings.iter().flat_map(|drawing| &drawing.nodes);
        nodes.flat_map(|node| std::iter::once(node.id.as_str()).chain(node.construct.as_deref()))
    }

    /// Leaves some resources, by their numbers among those of all templates, and the templates that have any.
    fn keep(&mut self, kept: &[bool]) {
        let mut resources: Vec<Vec<Option<usize>>> = Vec::new();
        let mut rest = kept;
        for drawing in &mut self.drawings {
            let (own, others) = rest.split_at_checked(drawing.nodes.len()).unwrap_or((rest, &[]));
            rest = others;
            resources.push(drawing.keep(own));
        }
        if !self.is_assembly {
            return;
        }
        let templates = renumbered(self.drawings.iter().map(|drawing| !drawing.nodes.is_empty()));
        self.drawings.retain(|drawing| !drawing.nodes.is_empty());
        let place = |(template, resource): (usize, usize)| {
            Some(((*templates.get(template)?)?, (*resources.get(template)?.get(resource)?)?))
        };
        let deployments = std::mem::take(&mut self.deployments).into_iter();
        let renumbered = deployments.filter_map(|old| {
            let (parent, resource) = place((old.parent, old.resource))?;
            Some(Deployment { parent, resource, template: (*templates.get(old.template)?)? })
        });
        self.deployments = renumbered.collect();
        let imports = std::mem::take(&mut self.imports).into_iter();
        let renumbered =
            imports.filter_map(|old| Some(Import { from: place(old.from)?, to: place(old.to)?, kind: old.kind }));
        self.imports = renumbered.collect();
    }
}

impl Node {
    /// Whether a name is its logical id, as written or expanded, or the path of its construct, with or without `/Resource`.
    fn is_named(&self, name: &str) -> bool {
        let construct = self.construct.as_deref();
        self.id == name
            || self.written_name == name
            || construct == Some(name)
            || construct.and_then(|path| path.strip_suffix("/Resource")) == Some(name)
    }
}

impl Drawing {
    /// The resources around those that hold data: their security groups with the rules that are added to these, and what is on the path
    /// from the internet.
    fn near_holders(&self) -> Vec<bool> {
        let mut near = vec![false; self.nodes.len()];
        let mut set = |index: usize| near.get_mut(index).into_iter().for_each(|near| *near = true);
        self.nodes.iter().filter(|node| node.phi.is_some()).flat_map(|node| &node.route).for_each(|index| set(*index));
        let has = |edge: &Edge, kind: &str| edge.relations.iter().any(|relation| relation.kind == kind);
        let holds = |index: usize| self.nodes.get(index).is_some_and(|node| node.phi.is_some());
        let mut is_group = vec![false; self.nodes.len()];
        for edge in self.edges.iter().filter(|edge| holds(edge.from) && has(edge, "member-of")) {
            set(edge.to);
            is_group.get_mut(edge.to).into_iter().for_each(|is_group| *is_group = true);
        }
        let adds = |edge: &&Edge| is_group.get(edge.to) == Some(&true) && has(edge, "adds-to");
        self.edges.iter().filter(adds).for_each(|edge| set(edge.from));
        near
    }

    /// Leaves some resources. Returns the new place of each.
    fn keep(&mut self, kept: &[bool]) -> Vec<Option<usize>> {
        let places = renumbered(kept.iter().copied());
        let place = |old: usize| places.get(old).copied().flatten();
        let mut index = 0;
        self.nodes.retain(|_| {
            index += 1;
            place(index - 1).is_some()
        });
        for node in &mut self.nodes {
            node.route = node.route.iter().filter_map(|old| place(*old)).collect();
        }
        self.edges.retain_mut(|edge| {
            let Some((from, to)) = place(edge.from).zip(place(edge.to)) else { return false };
            (edge.from, edge.to) = (from, to);
            true
        });
        let ids: std::collections::BTreeSet<&str> = self.nodes.iter().map(|node| node.id.as_str()).collect();
        self.cycles.retain(|cycle| cycle.path.iter().all(|id| ids.contains(id.as_str())));
        places
    }
}

/// How the relations of an edge pass on that a resource has to do with PHI.
fn passes(drawing: &Drawing, edge: &Edge) -> Passes {
    let kind_of = |index: usize| drawing.nodes.get(index).map_or("", |node| node.kind.as_str());
    let kind = kind_of(edge.from);
    // Many resources that have nothing to do with each other use one key.
    if kind_of(edge.to).starts_with("AWS::KMS::") {
        return Passes::Never;
    }
    let is_flow = |path: &str| {
        let is_at = |flow: &str| path.strip_prefix(flow).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        FLOWS.iter().any(|(own, flow)| *own == kind && is_at(flow))
    };
    let mut passes = Passes::Never;
    for relation in &edge.relations {
        let one = match relation.kind {
            // It orders the creation of the two.
            "DependsOn" => Passes::Never,
            // A group, a network and a gateway have many members.
            "member-of" | "adds-to" | "routes-to" => Passes::Never,
            // A policy that may use something allows it to its role.
            "attached-to" => Passes::Both,
            _ if is_flow(&relation.path) => Passes::Both,
            _ => Passes::Back,
        };
        passes = match (passes, one) {
            (Passes::Never, one) => one,
            (Passes::Both, _) | (_, Passes::Both) => Passes::Both,
            (known, _) => known,
        };
    }
    passes
}

/// The new places of what is kept.
fn renumbered(kept: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut next = 0;
    let place = |is_kept: bool| {
        is_kept.then(|| {
            next += 1;
            next - 1
        })
    };
    kept.map(place).collect()
}

/// The steps from each resource to others.
struct Steps {
    next: Vec<Vec<usize>>,
}

impl Steps {
    fn add(&mut self, from: usize, to: usize, passes: Passes) {
        let mut step = |from: usize, to: usize| self.next.get_mut(from).into_iter().for_each(|next| next.push(to));
        if passes != Passes::Never {
            step(to, from);
        }
        if passes == Passes::Both {
            step(from, to);
        }
    }

    /// What some starts reach in so many steps.
    fn reached(&self, starts: Vec<usize>, depth: usize) -> Vec<bool> {
        let mut reached = vec![false; self.next.len()];
        let mut waiting: VecDeque<(usize, usize)> = starts.into_iter().map(|start| (start, 0)).collect();
        while let Some((place, steps)) = waiting.pop_front() {
            let Some(reached) = reached.get_mut(place).filter(|reached| !**reached) else { continue };
            *reached = true;
            if steps < depth {
                waiting.extend(self.next.get(place).into_iter().flatten().map(|next| (*next, steps + 1)));
            }
        }
        reached
    }
}
