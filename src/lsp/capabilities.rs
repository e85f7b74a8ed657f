//! What the client can do, and what the server can do for it.

use super::actions::FIX_ALL;
use super::diagnostics::Pages;
use super::position::Encoding;
use super::requests::COMMANDS;
use super::settings::SECTION;
use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    DiagnosticOptions, DiagnosticServerCapabilities, ExecuteCommandOptions, HoverProviderCapability, InitializeParams,
    OneOf, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::Value;
use std::sync::Arc;

/// What the client can do, as far as it matters here.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// The unit of characters.
    pub(super) encoding: Encoding,
    /// Whether it asks for diagnostics. Then none are pushed, because it would show them twice.
    pub(super) pulls: bool,
    /// Whether the diagnostics of a document may come with those of others.
    pub(super) related_documents: bool,
    /// Whether it shows the descriptions of codes.
    pub(super) code_description: bool,
    /// Whether it shows related places.
    pub(super) related: bool,
    /// Whether it shows tags.
    pub(super) tags: bool,
    /// Whether the server can ask it for settings.
    pub(super) configuration: bool,
    /// Whether the server can ask it to notify changes of its settings.
    pub(super) registers_configuration: bool,
    /// Whether the server can ask it to watch files.
    pub(super) watches_files: bool,
    /// Whether the server can ask it to pull diagnostics again.
    pub(super) refreshes: bool,
    /// Whether it shows progress that the server begins.
    pub(super) progress: bool,
    /// Whether edits may name the versions of documents.
    pub(super) document_changes: bool,
    /// Whether edits may create files.
    pub(super) creates_files: bool,
    /// Whether it shows actions that are disabled, with the reason.
    pub(super) disabled_actions: bool,
    /// Whether it shows a document on request of the server.
    pub(super) shows_documents: bool,
    /// Whether it shows the outline of a document as a tree.
    pub(super) symbol_tree: bool,
    /// Whether hovers may be Markdown.
    pub(super) markdown_hover: bool,
    /// The pages that descriptions of codes lead to.
    pub(super) pages: Arc<Pages>,
}

impl Client {
    /// What a client says about itself.
    pub(super) fn of(params: &InitializeParams, raw: &Value) -> Self {
        let ClientCapabilities { workspace, text_document, window, general, .. } = &params.capabilities;
        let general = general.as_ref();
        let text = text_document.as_ref();
        let workspace = workspace.as_ref();
        let window = window.as_ref();
        let published = text.and_then(|text| text.publish_diagnostics.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let action = text.and_then(|text| text.code_action.as_ref());
        let hover = text.and_then(|text| text.hover.as_ref()).and_then(|hover| hover.content_format.as_ref());
        let operations = edit.and_then(|edit| edit.resource_operations.as_ref());
        let registers = |capability: Option<bool>| capability == Some(true);
        Self {
            encoding: Encoding::of_client(general.and_then(|general| general.position_encodings.as_deref())),
            pulls: text.is_some_and(|text| text.diagnostic.is_some()),
            related_documents: registers(text.and_then(|text| text.diagnostic.as_ref()?.related_document_support)),
            code_description: published.and_then(|published| published.code_description_support) != Some(false),
            related: published.and_then(|published| published.related_information) != Some(false),
            tags: published.is_some_and(|published| published.tag_support.is_some()),
            configuration: registers(workspace.and_then(|workspace| workspace.configuration)),
            registers_configuration: registers(
                workspace.and_then(|workspace| workspace.did_change_configuration?.dynamic_registration),
            ),
            watches_files: registers(
                workspace.and_then(|workspace| workspace.did_change_watched_files?.dynamic_registration),
            ),
            // lsp-types does not have it.
            refreshes: registers(
                raw.pointer("/capabilities/workspace/diagnostics/refreshSupport").and_then(Value::as_bool),
            ),
            progress: registers(window.and_then(|window| window.work_done_progress)),
            document_changes: registers(edit.and_then(|edit| edit.document_changes)),
            creates_files: operations.is_some_and(|kinds| kinds.contains(&lsp_types::ResourceOperationKind::Create)),
            disabled_actions: registers(action.and_then(|action| action.disabled_support)),
            shows_documents: window.and_then(|window| window.show_document.as_ref()).is_some_and(|show| show.support),
            symbol_tree: registers(
                text.and_then(|text| text.document_symbol.as_ref()?.hierarchical_document_symbol_support),
            ),
            markdown_hover: hover.is_some_and(|kinds| kinds.contains(&lsp_types::MarkupKind::Markdown)),
            pages: Arc::default(),
        }
    }
}

/// What the server can do for a client.
pub(super) fn of_server(client: &Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        will_save: None,
        will_save_wait_until: None,
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.map(str::to_owned).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some(SECTION.to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            work_done_progress_options: WorkDoneProgressOptions { work_done_progress: Some(true) },
        })),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    }
}
