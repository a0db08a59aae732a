//! The forms in which an environment is printed, each with its own quotes.

use clap::ValueEnum;
use serde_json::{Map, Value};

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Lines for sh, bash and zsh
    Sh,
    /// Lines for fish
    Fish,
    /// Lines of a .env file
    Dotenv,
    /// An object
    Json,
    /// Arguments for `docker run`, with files and hosts
    Docker,
}

/// Why something cannot be printed in a form.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotWritable {
    /// The readers of the form take it for different things.
    #[error(
        "the value of {0} has characters that readers of .env files take for different things\nhelp: --format json has it as it is"
    )]
    Dotenv(String),
    /// A shell takes words apart at blanks, whatever quotes are in them.
    #[error(
        "a shell would take `{0}` apart\nhelp: name a folder without blanks with --ca-dir, or use --format json"
    )]
    Blank(String),
    /// There is no such thing.
    #[error(
        "--for prints arguments, which are neither a .env file nor variables of a container\nhelp: leave out --format, or use sh, fish or json"
    )]
    NoArguments,
}

impl Format {
    /// Whether what it is for has the environment of this process, too.
    pub(super) fn is_of_this_machine(self) -> bool {
        self != Self::Docker
    }

    /// The variables, in this form. A container gets the files and knows the hosts.
    pub(super) fn variables(
        self,
        variables: &[(String, String)],
        files: &[String],
        hosts: &[String],
    ) -> Result<String, NotWritable> {
        let lines = |line: fn(&str, &str) -> String| {
            variables.iter().map(|(name, value)| format!("{}\n", line(name, value))).collect()
        };
        Ok(match self {
            Self::Sh => lines(|name, value| format!("export {name}={}", sh(value))),
            Self::Fish => lines(|name, value| format!("set -gx {name} {}", fish(value))),
            Self::Dotenv => {
                let line =
                    |(name, value): &(String, String)| Ok(format!("{name}={}\n", dotenv(name, value)?));
                variables.iter().map(line).collect::<Result<_, _>>()?
            }
            Self::Json => {
                let all = variables.iter().map(|(name, value)| (name.clone(), Value::String(value.clone())));
                format!("{:#}\n", Value::Object(all.collect::<Map<_, _>>()))
            }
            Self::Docker => docker(variables, files, hosts),
        })
    }

    /// Arguments, in this form.
    pub(super) fn arguments(self, words: &[String]) -> Result<String, NotWritable> {
        let between = match self {
            Self::Json => return Ok(format!("{:#}\n", Value::from(words))),
            Self::Sh => " ",
            // Fish takes what a command prints apart at line breaks alone.
            Self::Fish => "\n",
            Self::Dotenv | Self::Docker => return Err(NotWritable::NoArguments),
        };
        match words.iter().find(|word| self == Self::Sh && word.contains(char::is_whitespace)) {
            Some(word) => Err(NotWritable::Blank(word.clone())),
            None => Ok(format!("{}\n", words.join(between))),
        }
    }
}

/// A word for sh: in quotes unless nothing in it means anything to a shell.
fn sh(word: &str) -> String {
    if is_plain(word) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// A word for fish, which knows two escapes in single quotes.
fn fish(word: &str) -> String {
    format!("'{}'", word.replace('\\', r"\\").replace('\'', r"\'"))
}

/// A value in single quotes, which all readers take as it is if there are no escapes in it.
fn dotenv(name: &str, value: &str) -> Result<String, NotWritable> {
    if is_plain(value) && !value.is_empty() {
        Ok(value.to_owned())
    } else if value.contains(['\'', '\\', '\n', '\r']) || value.contains("${") {
        Err(NotWritable::Dotenv(name.to_owned()))
    } else {
        Ok(format!("'{value}'"))
    }
}

/// Arguments for `docker run`: our network, as the emulator listens on loopback alone; the files where they are here; and
/// the served hosts, so that what reads neither variable nor preload calls nobody else.
fn docker(variables: &[(String, String)], files: &[String], hosts: &[String]) -> String {
    let mut words = vec!["--network".to_owned(), "host".to_owned()];
    words.extend(hosts.iter().flat_map(|host| ["--add-host".to_owned(), format!("{host}:127.0.0.1")]));
    let mount = |file: &String| {
        let field = |field: String| {
            if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
        };
        let (source, target) = (field(format!("source={file}")), field(format!("target={file}")));
        ["--mount".to_owned(), format!("type=bind,{source},{target},readonly")]
    };
    words.extend(files.iter().flat_map(mount));
    words.extend(variables.iter().flat_map(|(name, value)| ["--env".to_owned(), format!("{name}={value}")]));
    let words: Vec<String> = words.iter().map(|word| sh(word)).collect();
    format!("{}\n", words.join(" "))
}

fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && word.chars().all(|character| character.is_ascii_alphanumeric() || "_-./:,@%+=".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: Format, value: &str) -> Result<String, NotWritable> {
        format.variables(&[("X".to_owned(), value.to_owned())], &[], &[])
    }

    #[test]
    fn each_form_has_its_quotes() {
        let odd = "it's \\ \"$X\"";
        assert_eq!(printed(Format::Sh, odd).unwrap(), "export X='it'\\''s \\ \"$X\"'\n");
        assert_eq!(printed(Format::Fish, odd).unwrap(), "set -gx X 'it\\'s \\\\ \"$X\"'\n");
        assert_eq!(printed(Format::Dotenv, "--require \"/a b\"").unwrap(), "X='--require \"/a b\"'\n");
        assert_eq!(printed(Format::Dotenv, "").unwrap(), "X=''\n");
        assert!(printed(Format::Dotenv, odd).is_err());
    }

    #[test]
    fn arguments_that_a_shell_would_take_apart_are_refused() {
        let words = ["-d".to_owned(), "curl.cainfo=/a b".to_owned()];
        assert!(Format::Sh.arguments(&words).is_err());
        assert_eq!(Format::Fish.arguments(&words).unwrap(), "-d\ncurl.cainfo=/a b\n");
        assert!(Format::Docker.arguments(&words).is_err());
    }

    #[test]
    fn a_mount_with_commas_in_its_path_is_quoted_as_docker_reads_it() {
        let text = Format::Docker.variables(&[], &["/a,b".to_owned()], &[]).unwrap();
        assert_eq!(text, "--network host --mount 'type=bind,\"source=/a,b\",\"target=/a,b\",readonly'\n");
    }
}
