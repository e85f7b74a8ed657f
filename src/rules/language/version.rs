//! Versions, as engines and parameter group families write them: `15.4`, `8.0.mysql_aurora.3.05.2`, `postgres17`.

use super::operand::Operand;

/// The numbers of a version, the most significant first: `[15, 4]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub Vec<u64>);

impl TryFrom<Operand> for Version {
    type Error = String;

    fn try_from(operand: Operand) -> Result<Self, String> {
        match &operand {
            Operand::Scalars(texts) => match texts.as_slice() {
                [text] => {
                    let numbers: Option<Vec<u64>> = text.split('.').map(|number| number.parse().ok()).collect();
                    numbers
                        .map(Self)
                        .ok_or_else(|| format!("`{text}` is not a version: write numbers separated by dots"))
                }
                _ => Err("`version-at-least` needs exactly one version".to_owned()),
            },
            Operand::Parameter(_) => Err("`version-at-least` needs a version, not a parameter".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn refuses_what_is_no_version() {
        assert!(Version::try_from(Operand::Scalars(vec!["v15".to_owned()])).is_err());
        assert!(Version::try_from(Operand::Parameter("least".to_owned())).is_err());
    }
}
