//! `hipaalint completions SHELL`: a script that completes commands, options and their values, and the ids of the rules in the
//! binary.

use super::args::{Arguments, CompletionsArguments};
use super::output;
use crate::catalogue::services;
use crate::rules::load::{RuleEntry, RuleSet};
use crate::session::Exit;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Prints the script.
pub(super) fn run(arguments: &CompletionsArguments) -> Exit {
    // Names of clap's values live as long as the program.
    static NAMES: OnceLock<Names> = OnceLock::new();
    let names = NAMES.get_or_init(Names::new);
    let command = names.add_to(described(Arguments::command()));
    let script = match arguments.shell {
        Shell::Zsh => for_zsh(&command),
        Shell::Fish => script(Shell::Fish, command.clone()) + &for_fish(&command),
        shell => script(shell, command),
    };
    output::print(&script, Exit::Clean)
}

/// The command line with the arguments that are described only if their command is named, and without those that help does not show.
fn described(mut command: Command) -> Command {
    command.build();
    // The generators add these two themselves.
    let is_shown = |argument: &&Arg| !argument.is_hide_set() && !GENERATED.contains(&argument.get_id().as_str());
    Command::new("hipaalint")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(command.get_arguments().filter(is_shown).cloned())
        .subcommands(command.get_subcommands().cloned())
}

/// The arguments that generators add.
const GENERATED: [&str; 2] = ["help", "version"];

/// The script that clap makes of a command line.
fn script(shell: Shell, mut command: Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "hipaalint", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The names that are completed in addition to commands and options.
struct Names {
    rules: RuleSet,
    /// The services of the rules, as people type them.
    services: BTreeSet<String>,
    commands: Vec<String>,
}

impl Names {
    fn new() -> Self {
        let rules = RuleSet::embedded();
        let services = rules.entries().iter().flat_map(services).map(str::to_lowercase).collect();
        let program = Arguments::command();
        let commands = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
        Self { rules, services, commands }
    }

    /// The command line with the names that its arguments may have. Only the scripts need them: a person may also type a topic or
    /// the id of a custom rule, and help would list hundreds of ids.
    fn add_to(&'static self, command: Command) -> Command {
        let id = |entry: &'static RuleEntry| PossibleValue::new(entry.id()).help(title(entry));
        let ids = PossibleValuesParser::new(self.rules.entries().iter().map(id));
        let services = PossibleValuesParser::new(self.services.iter().map(String::as_str));
        let commands = PossibleValuesParser::new(self.commands.iter().map(String::as_str));
        let with = |names: &PossibleValuesParser| {
            let names = names.clone();
            move |argument: Arg| argument.value_parser(names)
        };
        command
            .mut_arg("rule", with(&ids))
            .mut_arg("ignore", with(&ids))
            .mut_arg("fix_rule", with(&ids))
            .mut_subcommand("explain", |command| command.mut_arg("topics", with(&ids)))
            .mut_subcommand("man", |command| command.mut_arg("command", with(&commands)))
            .mut_subcommand("rules", |command| {
                command.mut_arg("topics", with(&services)).mut_arg("service", with(&services))
            })
    }
}

/// The script for zsh. The generator takes the first word for a path and the second for a command, so it gets commands and paths
/// one by one, and this function joins the two scripts.
fn for_zsh(command: &Command) -> String {
    let own = |argument: &&Arg| !GENERATED.contains(&argument.get_id().as_str());
    let options = command.get_arguments().filter(|argument| !argument.is_positional()).filter(own).cloned();
    let commands = Command::new("hipaalint").args(options).subcommands(command.get_subcommands().cloned());
    let paths = Command::new("hipaalint").args(command.get_arguments().filter(own).cloned());
    let commands = script(Shell::Zsh, commands.version(env!("CARGO_PKG_VERSION")));
    let paths = script(Shell::Zsh, paths.version(env!("CARGO_PKG_VERSION")));
    let (Some(start), Some((before, after))) = (paths.find("_hipaalint() {"), commands.rsplit_once("        esac\n"))
    else {
        return commands;
    };
    let (_, paths) = paths.split_at(start);
    let paths = paths.split_once("\n}\n").map_or(paths, |(body, _)| body);
    let paths = paths.replacen("_hipaalint", "_hipaalint_paths", 1);
    let after = after.replacen(
        "\n}\n",
        &format!(
            "\n}}\n\n{paths}\n}}\n\n_hipaalint_commands_or_paths() {{\n    \
             _alternative 'commands:command:_hipaalint_commands' 'files:path:_files'\n}}\n"
        ),
        1,
    );
    let before = before.replacen("\":: :_hipaalint_commands\"", "\":: :_hipaalint_commands_or_paths\"", 1);
    format!("{before}            (*)\n_hipaalint_paths\n;;\n        esac\n{after}")
}

/// Additions to the script for fish, whose generator completes neither arguments without an option, nor the value of an option of
/// hipaalint itself, nor such options after a path.
fn for_fish(command: &Command) -> String {
    let commands: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let mut script = format!(
        "
function __fish_hipaalint_needs_command
    set -l cmd (commandline -opc)
    set -e cmd[1]
    # This fails while an option has no value yet.
    argparse -s (__fish_hipaalint_global_optspecs) -- $cmd 2>/dev/null
    if set -q argv[1]; and contains -- $argv[1] {}
        echo $argv[1]
        return 1
    end
    return 0
end

",
        commands.join(" ")
    );
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        for values in subcommand.get_positionals().map(Arg::get_possible_values).filter(|values| !values.is_empty()) {
            let value = |value: &PossibleValue| {
                let help = value.get_help().map(ToString::to_string).unwrap_or_default();
                format!("{}\\t'{help}'", value.get_name())
            };
            let values: Vec<String> = values.iter().map(value).collect();
            script += &format!(
                "complete -c hipaalint -n \"__fish_hipaalint_using_subcommand {name}\" -f -a \"{}\"\n",
                values.join("\n")
            );
        }
    }
    script
}

/// A rule's title without characters that would end the quotes around it in a script.
fn title(entry: &RuleEntry) -> String {
    entry.meta.title.replace(['"', '\'', '`', '$', '\\'], "")
}
