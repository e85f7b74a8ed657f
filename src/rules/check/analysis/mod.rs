//! Decides the analyses of rules. Each file contains those of one subject: the steps from a result of `policy` or `graph` to locations.

mod api;
mod backup;
mod code;
mod deliveries;
mod denials;
mod dependencies;
mod identity;
mod lifecycle;
mod names;
mod network;
mod phi;
mod policy;
mod secrets;
mod subject;
mod tags;
mod trails;

use super::checker::Checker;
use super::location::{Item, Judgement};
use crate::rules::language::analysis::{
    AclOpensToInternet, Analysis, BucketPolicyDenies, DeclaresParameter, DeniesItself, ExposesSecret, Identifies,
    InSupport, LeavesActions, LiteralSecrets, LogsEvent, NameContains, OpensPort, OpensToInternet, OperationsAuthorize,
    PolicyDenies, PublicIpv6Block, RecordsDataEvents, RequiresKey, RoutesToInternet, SecretVariables, SubnetZones,
    Tagged, UsesTagKeys, analyses,
};

/// Calls the function of each row of the table.
macro_rules! decided {
    ($(
        $variant:ident $(($arguments:ident: $type:ty))? $name:literal = $function:path {
            $(operands: $operands:literal,)?
            on: $on:literal,
            decides: $decides:literal,
            words: [$(($word:literal, $note:literal)),*],
        }
    )*) => {
        fn decided<'m, 't>(analysis: &Analysis, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
            match analysis {
                $(Analysis::$variant $(($arguments))? => $function($($arguments,)? checker, item),)*
            }
        }
    };
}

analyses!(decided);

/// Decides an analysis for an item.
pub(super) fn judge<'m, 't>(analysis: &Analysis, checker: &mut Checker<'_, 'm, 't>, item: &Item<'m, 't>) -> Judgement {
    let judgement = decided(analysis, checker, item);
    let words = || judgement.locations.iter().flat_map(|location| &location.words);
    debug_assert!(words().all(|(word, _)| analysis.words().contains(word)), "{analysis:?} lacks a word in the table");
    judgement
}
