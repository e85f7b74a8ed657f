//! What the connectors of the AWS Serverless Application Model grant. Which: `data/sam-connectors.txt`.

use super::sorted_text::{SortedText, sorted_lines};

const CONNECTORS: SortedText = sorted_lines!("sam-connectors.txt");

/// What a connector from a resource of one type to one of another grants, as JSON: `Type`, the kind of policy, and `Properties` with
/// the statements of each permission. `%{Source.Arn}` and the like are variables. None where SAM refuses such a connector.
pub fn sam_connector(source: &str, destination: &str) -> Option<&'static str> {
    CONNECTORS.entry(&format!("{source}>{destination}"))
}

/// How a connector names a resource of a type, as JSON: `Inputs`, the property with its role, and `Outputs`, such as its ARN.
/// `%{logicalId}` is a variable. None where SAM connects no resource of the type.
pub fn sam_connector_end(kind: &str) -> Option<&'static str> {
    CONNECTORS.entry(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_types_are_found() {
        assert!(
            sam_connector("AWS::SNS::Topic", "AWS::SQS::Queue").is_some_and(|text| text.contains("sqs:SendMessage"))
        );
        assert_eq!(sam_connector("AWS::SQS::Queue", "AWS::SNS::Topic"), None);
        assert!(sam_connector_end("AWS::SQS::Queue").is_some_and(|text| text.contains("Url")));
        assert_eq!(sam_connector_end("AWS::Serverless::Function"), None);
    }
}
