//! What `init` writes.

use emulator_language::schema::schema;
use serde_json::Value;

use super::{Bot, Ci};

/// A file that will be written.
pub(super) struct Planned {
    /// Where, below the folder.
    pub(super) path: &'static str,
    /// The whole text.
    pub(super) text: String,
    /// What it is, as a fragment.
    pub(super) what: &'static str,
}

/// The folder of the scenarios.
pub(super) const SCENARIOS: &str = "scenarios";

/// Gives the files in the order in which they are told.
pub(super) fn plan(bot: &Bot, ci: Ci) -> Vec<Planned> {
    let file = |path, text, what| Planned { path, text, what };
    let mut files = vec![
        file("emulator.yaml", world(bot), "the Page, the app of your bot, and a person"),
        file("scenarios/first.yaml", scenario(bot).to_owned(), "a first scenario"),
        file("scenario.schema.json", format!("{:#}\n", schema()), "for editors"),
    ];
    match ci {
        Ci::Github => files.push(file(
            ".github/workflows/messenger-emulator.yml",
            job(include_str!("templates/github.yml"), bot),
            "runs the scenarios on GitHub, once it says where the emulator comes from",
        )),
        Ci::Gitlab => files.push(file(
            ".gitlab-ci.yml",
            job(include_str!("templates/gitlab.yml"), bot),
            "runs the scenarios on GitLab, once it says where the emulator comes from",
        )),
        Ci::None => {}
    }
    files
}

fn world(bot: &Bot) -> String {
    match bot {
        Bot::Demo => include_str!("templates/emulator.demo.yaml").to_owned(),
        Bot::Started(command) => {
            include_str!("templates/emulator.started.yaml").replace("COMMAND", &quoted(command))
        }
        Bot::Runs(url) => include_str!("templates/emulator.runs.yaml").replace("URL", &quoted(url)),
    }
}

fn scenario(bot: &Bot) -> &'static str {
    match bot {
        Bot::Demo => include_str!("templates/first.demo.yaml"),
        Bot::Started(_) | Bot::Runs(_) => include_str!("templates/first.own.yaml"),
    }
}

/// A CI job, which says what is left to do for the bot.
fn job(template: &str, bot: &Bot) -> String {
    let marked = |line: &&str| line.trim() == "# BOT";
    let indent = template.lines().find(marked).map_or("", |line| line.trim_end_matches("# BOT"));
    let missing = "write here how your bot is started, in the background, and take this line out";
    let instead = match bot {
        Bot::Demo => String::new(),
        Bot::Started(_) => {
            format!(
                "{indent}# What your bot needs before it can start comes here: its language, its packages.\n"
            )
        }
        Bot::Runs(_) if template.contains("steps:") => {
            format!("{indent}- run: echo '::error::{missing}' && exit 1\n")
        }
        Bot::Runs(_) => format!("{indent}- echo '{missing}' && exit 1\n"),
    };
    template.replace(&format!("{indent}# BOT\n"), &instead)
}

/// A text in double quotes, whose escapes are those of JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
