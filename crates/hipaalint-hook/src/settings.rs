//! What a Hook is set up with: the environment of its function.

use std::path::PathBuf;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `HIPAALINT_PROFILE`: the profile, instead of the one that the configuration names.
    pub profile: Option<String>,
    /// `HIPAALINT_FAIL_ON`: the lowest level that makes an operation not compliant: `error`, `warning`, `note` or `never`.
    pub fail_on: Option<String>,
    /// `HIPAALINT_CONFIG`: the text of a configuration, such as `rules: {s3-bucket-versioning: {level: off}}`. Without it, a
    /// `hipaalint.yaml` in the package of the function, if there is one.
    pub configuration: Option<String>,
    /// `HIPAALINT_TODAY`: the day that exceptions are judged on, for tests; without it, that of the clock.
    pub today: Option<String>,
}

/// The longest configuration in the package.
const MAX_CONFIGURATION: u64 = 1 << 20;

impl Settings {
    /// The settings of an environment.
    ///
    /// # Errors
    /// If a configuration cannot be read.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let packed = || {
            let file = PathBuf::from(set("LAMBDA_TASK_ROOT")?).join("hipaalint.yaml");
            let length = file.metadata().ok()?.len();
            Some(match std::fs::read_to_string(&file) {
                Ok(text) if length <= MAX_CONFIGURATION => Ok(text),
                Ok(_) => Err("hipaalint.yaml in the package is larger than 1 MiB".to_owned()),
                Err(error) => Err(format!("hipaalint.yaml in the package cannot be read: {error}")),
            })
        };
        let configuration = set("HIPAALINT_CONFIG").map(Ok).or_else(packed).transpose()?;
        Ok(Self {
            profile: set("HIPAALINT_PROFILE"),
            fail_on: set("HIPAALINT_FAIL_ON"),
            configuration,
            today: set("HIPAALINT_TODAY"),
        })
    }
}
