//! The pseudo parameters that follow from the partition of a Region.

pub(super) use crate::facts::partitions::{PARTITIONS, Partition, is_region, named, of_region};

/// A pseudo parameter that the partition decides.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    /// `AWS::Partition`.
    Name,
    /// `AWS::URLSuffix`.
    Suffix,
}

impl Derived {
    /// The pseudo parameter of this name, if the partition decides it.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "AWS::Partition" => Some(Self::Name),
            "AWS::URLSuffix" => Some(Self::Suffix),
            _ => None,
        }
    }

    /// Its value in a partition.
    pub fn value(self, partition: &Partition) -> &'static str {
        match self {
            Self::Name => partition.name,
            Self::Suffix => partition.suffix,
        }
    }
}
