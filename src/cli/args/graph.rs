//! The arguments of `hipaalint graph`.

use super::shared::{RULES, RuleSources};
use crate::rules::rule::PROFILES;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `hipaalint graph`.
#[derive(Debug, Args)]
#[command(after_long_help = GRAPH_HELP)]
pub(in crate::cli) struct GraphArguments {
    /// The template, - for standard input, or the folder of a cloud assembly of the AWS CDK (cdk.out)
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,

    /// The format of the graph
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = GraphFormat::Dot)]
    pub(in crate::cli) format: GraphFormat,

    /// Only this resource and its neighbors: a logical ID or the path of a CDK construct (repeatable)
    #[arg(long, value_name = "ID", conflicts_with = "phi")]
    pub(in crate::cli) around: Vec<String>,

    /// With --around: how many edges away the neighbors may be
    #[arg(long, value_name = "N", default_value_t = 1, requires = "around")]
    pub(in crate::cli) depth: usize,

    /// Only resources that hold data, and what leads to them
    ///
    /// Resources hold PHI if a tag states it, and may hold PHI if their type stores data. Others lead to them: resources that
    /// refer to them, that get their data, or that use a role with a policy about them, and so on. For databases, this
    /// includes security groups and the path from the internet.
    #[arg(long)]
    pub(in crate::cli) phi: bool,

    /// The profile of the findings that are marked: core, conformance, strict or proposed-2025 [default: core]
    #[arg(help_heading = RULES, long, value_name = "NAME", value_parser = PossibleValuesParser::new(PROFILES), hide_possible_values = true)]
    pub(in crate::cli) profile: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) sources: RuleSources,
}

const GRAPH_HELP: &str = "\
Edges are references (Ref, Fn::GetAtt, Fn::Sub, DependsOn). Dashed edges are
relations that follow from them: a policy applies to a bucket, a function uses a
role, a policy is attached to a role, an instance is in a security group, a subnet
has a route to an internet gateway. All relations from one resource to another are
one edge. Cycles have bold edges, and their resources a double or dashed border.
AWS::CDK::Metadata is left out.

Resources are red if a tag states that they contain PHI, and yellow if their type
stores data. The shape and the border of a resource show the highest level of its
findings. The legend lists the signs that occur.

In a cloud assembly, each template is a cluster. So are the templates of nested
stacks, with an edge from the nested stack that deploys them.

Examples:
  hipaalint graph template.yaml | dot -Tsvg > template.svg
  hipaalint graph template.yaml --format mermaid
  hipaalint graph template.yaml --format json | jq '.cycles'
  hipaalint graph template.yaml --around PatientTable --depth 2
  hipaalint graph cdk.out --phi --profile conformance";

/// `graph --format`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// For Graphviz
    Dot,
    /// A flowchart for Markdown
    Mermaid,
    /// Nodes, edges and cycles, for programs
    Json,
}
