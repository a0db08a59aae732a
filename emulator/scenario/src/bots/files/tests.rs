//! What counts as a change of a bot, with real files.

use std::fs;

use super::*;

/// A folder with files, and the bot in it.
struct Bot {
    folder: tempfile::TempDir,
    files: BotFiles,
    seen: Seen,
}

impl Bot {
    fn new(globs: Option<&[&str]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("shop/bot");
        fs::create_dir_all(&real).unwrap();
        let globs = globs.map(|globs| globs.iter().map(|glob| (*glob).to_owned()).collect());
        let globs = globs.map(|globs| Globs::below(&real, globs));
        let files = BotFiles { app: "shopbot".to_owned(), folder: real, globs };
        Self { folder, files, seen: Seen::default() }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.files.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What has changed since this was last asked.
    fn changes(&mut self) -> Vec<String> {
        self.changes_beside(&OwnFiles::default())
    }

    fn changes_beside(&mut self, own: &OwnFiles) -> Vec<String> {
        let seen = self.files.look(own, &self.seen);
        let changes = seen.changes(&self.seen);
        self.seen = seen;
        let below = |change: &Change| {
            let path = change.path.strip_prefix(self.folder.path().canonicalize().unwrap().join("shop"));
            format!("{} {:?}", path.unwrap().display(), change.how)
        };
        changes.iter().map(below).collect()
    }
}

#[test]
fn a_file_that_is_new_changed_or_gone_is_told_once() {
    let mut bot = Bot::new(None);
    bot.write("src/bot.js", "1");
    assert_eq!(bot.changes(), ["bot/src/bot.js New"]);
    assert_eq!(bot.changes(), [""; 0]);
    bot.write("src/bot.js", "22");
    bot.write("src/deep/er.js", "1");
    assert_eq!(bot.changes(), ["bot/src/bot.js Changed", "bot/src/deep/er.js New"]);
    fs::remove_dir_all(bot.files.folder.join("src/deep")).unwrap();
    assert_eq!(bot.changes(), ["bot/src/deep/er.js Removed"]);
}

#[test]
fn a_file_that_is_renamed_over_another_is_a_change_even_with_the_same_size_and_time() {
    let mut bot = Bot::new(None);
    bot.write("bot.js", "1");
    bot.changes();
    let path = bot.files.folder.join("bot.js");
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    bot.write(".tmp-bot.js", "2");
    let beside = bot.files.folder.join(".tmp-bot.js");
    fs::File::options().write(true).open(&beside).unwrap().set_modified(modified).unwrap();
    assert_eq!(bot.changes(), [""; 0], "a temporary file is nobody's");
    fs::rename(beside, path).unwrap();
    assert_eq!(bot.changes(), ["bot/bot.js Changed"]);
}

#[test]
fn what_tools_and_editors_write_does_not_count() {
    let mut bot = Bot::new(None);
    for name in [
        "node_modules/left-pad/index.js",
        ".git/index",
        ".venv/bin/python",
        "src/__pycache__/bot.pyc",
        ".bot.js.swp",
        "bot.js~",
        ".#bot.js",
        "#bot.js#",
        "4913",
    ] {
        bot.write(name, "1");
    }
    assert_eq!(bot.changes(), [""; 0]);
    bot.write(".env", "TOKEN=1");
    assert_eq!(bot.changes(), ["bot/.env New"], "what is hidden is not therefore a tool's");
}

#[test]
fn what_gitignore_names_does_not_count_wherever_it_stands() {
    let mut bot = Bot::new(None);
    bot.write("../.gitignore", "*.log\n");
    bot.write(".gitignore", "dist/\n!keep.log\n");
    bot.write("data/.gitignore", "*\n");
    bot.changes();
    for name in ["all.log", "keep.log", "dist/bot.js", "data/people.db", "bot.js"] {
        bot.write(name, "1");
    }
    assert_eq!(bot.changes(), ["bot/bot.js New", "bot/keep.log New"]);
}

#[test]
fn scenarios_parts_and_worlds_do_not_count_and_other_yaml_does() {
    let mut bot = Bot::new(None);
    bot.write("a.yaml", "scenario: a\nsteps: [\n");
    bot.write("part.yml", "part: b\nsteps: []\n");
    bot.write("emulator.yaml", "apps: {shopbot: {}}\n");
    bot.write("config.yaml", "greeting: Hello\n");
    assert_eq!(bot.changes(), ["bot/config.yaml New"]);
    bot.write("a.yaml", "scenario: a\nsteps: [{note: hi}]\n");
    assert_eq!(bot.changes(), [""; 0]);
    bot.write("a.yaml", "greeting: Hello\n");
    assert_eq!(bot.changes(), ["bot/a.yaml Changed"]);
}

#[test]
fn what_the_emulator_writes_does_not_count() {
    let mut bot = Bot::new(Some(&["*"]));
    let mut own = OwnFiles::default();
    own.add(&bot.files.folder.join("all.jsonl"));
    own.add(&bot.files.folder.join("out/journals"));
    for name in ["all.jsonl", "out/journals/a/b.jsonl", "other.jsonl"] {
        bot.write(name, "1");
    }
    assert_eq!(bot.changes_beside(&own), ["bot/other.jsonl New"]);
}

#[test]
fn globs_are_read_as_in_gitignore() {
    let all = [
        "bot.js",
        "src/bot.js",
        "src/gen/bot.js",
        "src/bot.py",
        "dist/bot.js",
        "node_modules/x/bot.js",
        "../shared/bot.js",
        "../shared/deep/bot.js",
        "../other/bot.js",
    ];
    for (globs, expected) in [
        (&["*.js"][..], &["bot.js", "src/bot.js", "src/gen/bot.js", "dist/bot.js"][..]),
        (&["/*.js"], &["bot.js"]),
        (&["src/**", "!src/gen/**"], &["src/bot.js", "src/bot.py"]),
        (&["src/**/*.js", "!src/gen/**"], &["src/bot.js"]),
        (&["src/", "!src/gen/"], &["src/bot.js", "src/bot.py"]),
        (&["./src/*.py"], &["src/bot.py"]),
        (&["node_modules/x/*.js"], &["node_modules/x/bot.js"]),
        (&["../shared/*.js"], &["../shared/bot.js"]),
        (&["*.py", "../shared/**/*.js"], &["src/bot.py", "../shared/bot.js", "../shared/deep/bot.js"]),
    ] {
        let mut bot = Bot::new(Some(globs));
        bot.write(".gitignore", "dist\nsrc\n");
        all.iter().for_each(|name| bot.write(name, "1"));
        let mut expected: Vec<String> = expected
            .iter()
            .map(|name| {
                name.strip_prefix("../").map_or_else(|| format!("bot/{name}"), str::to_owned) + " New"
            })
            .collect();
        expected.sort();
        let mut changes = bot.changes();
        changes.sort();
        assert_eq!(changes, expected, "{globs:?}");
    }
}
