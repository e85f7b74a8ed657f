//! Definitions, references, highlights, outlines, hovers and lenses, over the protocol.

use crate::client::{Client, place, range};
use lsp_types::{
    CodeLensParams, DocumentHighlightKind, DocumentHighlightParams, DocumentSymbolParams, DocumentSymbolResponse,
    GotoDefinitionParams, GotoDefinitionResponse, HoverContents, HoverParams, InitializeResult, Location, MarkupKind,
    Position, ReferenceContext, ReferenceParams, TextDocumentIdentifier, TextDocumentPositionParams,
    request::{self as methods, Request},
};
use serde_json::json;

const TEXT: &str = "Parameters:
  Env: {Type: String, AllowedValues: [dev, prod], Default: prod}
Conditions:
  IsDev: !Equals [!Ref Env, dev]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub '🏥-${Env}-${AWS::AccountId}'
      VersioningConfiguration:
        Status: !If [IsDev, Suspended, Enabled]
  Guard:
    Type: AWS::S3::BucketPolicy
    Properties: {Bucket: !Ref Records, PolicyDocument: {Statement: []}}
";

fn ask<R: Request>(client: &mut Client, params: R::Params) -> R::Result {
    let value = client.raw(R::METHOD, serde_json::to_value(params).unwrap()).unwrap();
    serde_json::from_value(value).unwrap()
}

fn at(client: &Client, name: &str, position: Position) -> TextDocumentPositionParams {
    TextDocumentPositionParams { text_document: TextDocumentIdentifier { uri: client.uri(name) }, position }
}

fn definition(client: &mut Client, name: &str, position: Position) -> Vec<Location> {
    let params = GotoDefinitionParams {
        text_document_position_params: at(client, name, position),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    match ask::<methods::GotoDefinition>(client, params) {
        Some(GotoDefinitionResponse::Array(found)) => found,
        other => panic!("{other:?}"),
    }
}

fn references(client: &mut Client, name: &str, position: Position, include_declaration: bool) -> Vec<Location> {
    let params = ReferenceParams {
        text_document_position: at(client, name, position),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
        context: ReferenceContext { include_declaration },
    };
    ask::<methods::References>(client, params).unwrap()
}

fn hover(client: &mut Client, name: &str, position: Position) -> Option<(MarkupKind, String)> {
    let params = HoverParams {
        text_document_position_params: at(client, name, position),
        work_done_progress_params: Default::default(),
    };
    ask::<methods::HoverRequest>(client, params).map(|hover| match hover.contents {
        HoverContents::Markup(content) => (content.kind, content.value),
        other => panic!("{other:?}"),
    })
}

#[test]
fn names_lead_to_their_definitions_and_uses() {
    let mut client = Client::new(&[]);
    let result: InitializeResult = serde_json::from_value(client.initialized.clone()).unwrap();
    let capabilities = result.capabilities;
    assert!(capabilities.definition_provider.is_some() && capabilities.references_provider.is_some());
    assert!(capabilities.document_highlight_provider.is_some() && capabilities.document_symbol_provider.is_some());
    assert!(capabilities.hover_provider.is_some() && capabilities.code_lens_provider.is_some());
    client.open("a.yaml", TEXT);
    // In UTF-16 the hospital is two units.
    let found = definition(&mut client, "a.yaml", place(8, 30));
    assert_eq!(found, [Location { uri: client.uri("a.yaml"), range: range(1, 2, 5) }]);
    let places = |found: Vec<Location>| found.into_iter().map(|found| found.range).collect::<Vec<_>>();
    let uses = [range(3, 23, 26), range(8, 29, 32)];
    assert_eq!(places(references(&mut client, "a.yaml", place(1, 3), false)), uses);
    assert_eq!(places(references(&mut client, "a.yaml", place(3, 24), true)).len(), 3);
    let params = DocumentHighlightParams {
        text_document_position_params: at(&client, "a.yaml", place(13, 30)),
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let highlights = ask::<methods::DocumentHighlightRequest>(&mut client, params).unwrap();
    let kinds: Vec<_> = highlights.iter().map(|one| (one.range, one.kind.unwrap())).collect();
    assert_eq!(
        kinds,
        [(range(5, 2, 9), DocumentHighlightKind::WRITE), (range(13, 30, 37), DocumentHighlightKind::READ)]
    );
    // Between names, in a text that is broken, and in one that is not open, there is nothing.
    assert!(definition(&mut client, "a.yaml", place(6, 12)).is_empty());
    client.open("b.yaml", "Resources:\n  A: {Type: T, Properties: {B: !Ref A\n");
    assert!(definition(&mut client, "b.yaml", place(1, 4)).is_empty());
    let absent = at(&client, "none.yaml", place(0, 0));
    let params = json!({ "textDocument": absent.text_document, "position": absent.position });
    assert!(client.raw("textDocument/definition", params).unwrap().is_null());
}

#[test]
fn names_lead_into_other_files_as_they_are_open() {
    let child = "Resources: {Vpc: {Type: AWS::EC2::VPC}}\nOutputs: {VpcId: {Value: !Ref Vpc}}\n";
    let parent = "Resources:\n  Net:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: net.yaml}\nOutputs:\n  Vpc: {Value: !GetAtt Net.Outputs.VpcId}\n";
    let mut client = Client::new(&[("net.yaml", child), ("parent.yaml", parent)]);
    client.open("parent.yaml", parent);
    let output = Location { uri: client.uri("net.yaml"), range: range(1, 10, 15) };
    assert_eq!(definition(&mut client, "parent.yaml", place(5, 36)), [output]);
    // The parent is found although it is closed; the child has another text in its buffer.
    client.close("parent.yaml");
    client.open("net.yaml", &child.replace("Outputs: {", "\nOutputs: {"));
    let found = references(&mut client, "net.yaml", place(2, 11), true);
    let shown: Vec<_> = found.iter().map(|found| (found.uri.clone(), found.range)).collect();
    assert_eq!(shown, [(client.uri("net.yaml"), range(2, 10, 15)), (client.uri("parent.yaml"), range(5, 35, 40))]);
}

#[test]
fn the_outline_is_a_tree_for_clients_that_show_one() {
    let params = |client: &Client| DocumentSymbolParams {
        text_document: TextDocumentIdentifier { uri: client.uri("a.yaml") },
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let tree = json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } });
    let mut client = Client::with(&[], tree, json!(null));
    client.open("a.yaml", TEXT);
    let asked = params(&client);
    let Some(DocumentSymbolResponse::Nested(symbols)) = ask::<methods::DocumentSymbolRequest>(&mut client, asked)
    else {
        panic!("a tree")
    };
    let names: Vec<_> = symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["Parameters", "Conditions", "Resources"]);
    let records = &symbols[2].children.as_ref().unwrap()[0];
    assert_eq!((records.name.as_str(), records.detail.as_deref()), ("Records", Some("AWS::S3::Bucket")));
    assert_eq!(records.selection_range, range(5, 2, 9));
    assert!(records.range.end.line >= 10);
    let mut client = Client::new(&[]);
    client.open("a.yaml", TEXT);
    let asked = params(&client);
    let Some(DocumentSymbolResponse::Flat(symbols)) = ask::<methods::DocumentSymbolRequest>(&mut client, asked) else {
        panic!("a list")
    };
    assert!(
        symbols.iter().any(|symbol| symbol.name == "Guard" && symbol.container_name.as_deref() == Some("Resources"))
    );
}

#[test]
fn hovers_say_what_is_wrong_and_what_a_value_is() {
    let markdown = json!({ "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } } });
    for (capabilities, kind) in [(markdown, MarkupKind::Markdown), (json!({}), MarkupKind::PlainText)] {
        let mut client = Client::with(&[], capabilities, json!(null));
        client.open("a.yaml", TEXT);
        let (found, value) = hover(&mut client, "a.yaml", place(10, 30)).unwrap();
        assert_eq!(found, kind);
        for part in ["versioning", "Why:", "164.3", "Remediation:", "`Enabled` when Env is prod; `Suspended` otherwise"]
        {
            assert!(value.contains(part), "{part}\n{value}");
        }
        let (_, named) = hover(&mut client, "a.yaml", place(13, 32)).unwrap();
        assert!(named.contains("`Records`: `AWS::S3::Bucket`"), "{named}");
        assert_eq!(hover(&mut client, "a.yaml", place(6, 12)), None);
        // An edit changes it at once.
        client.change("a.yaml", 2, &[(Some(range(10, 39, 46)), "Whatever")]);
        let (_, value) = hover(&mut client, "a.yaml", place(10, 30)).unwrap();
        assert!(value.contains("`Whatever` when Env is prod"), "{value}");
    }
}

#[test]
fn lenses_are_off_unless_the_settings_want_them() {
    let asked = |client: &Client| CodeLensParams {
        text_document: TextDocumentIdentifier { uri: client.uri("a.yaml") },
        work_done_progress_params: Default::default(),
        partial_result_params: Default::default(),
    };
    let mut client = Client::new(&[]);
    client.open("a.yaml", TEXT);
    let params = asked(&client);
    assert_eq!(ask::<methods::CodeLensRequest>(&mut client, params), Some(Vec::new()));
    let mut client = Client::with(&[], json!({}), json!({ "codeLens": true }));
    client.open("a.yaml", TEXT);
    let params = asked(&client);
    let lenses = ask::<methods::CodeLensRequest>(&mut client, params).unwrap();
    let shown: Vec<_> = lenses.iter().map(|lens| (lens.range, lens.command.as_ref().unwrap().title.as_str())).collect();
    assert_eq!(shown, [(range(5, 2, 9), "guarded by Guard"), (range(11, 2, 7), "guards Records")]);
}
