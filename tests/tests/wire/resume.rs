//! A journal that is gone on with: the same inputs rebuild the same world, and nothing is lost or told twice.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use emulator_core::{Psid, RouteId, Span, Timestamp};
use emulator_server::graph::{self, Origin, Request};
use emulator_server::journal::{self, Cause, Durability, Found, Header, JournalError, JournalFile, Record};
use emulator_server::{ClockMode, Lane, Quiet, Stage, parse_rfc3339, rfc3339};
use hyper::Method;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::{Bot, Reaction};
use crate::http::{Call, PATIENCE};
use crate::moves::{Move, a_move};
use crate::stand::{
    BOT, LIVECHAT, MORNING, PAGE, Says as _, Setup, Stand, entries, open_lane, sending, settled, token,
};

const SEED: u64 = 7;

/// A stage with a lane whose journal is a file.
struct Run {
    stage: Arc<Stage>,
    lane: Arc<Lane>,
    ann: Psid,
    file: Arc<JournalFile>,
    found: Found,
}

impl Run {
    fn try_on(setup: Setup, path: &Path) -> Result<Self, JournalError> {
        Self::with_clock(setup, path, ClockMode::Frozen { at: MORNING })
    }

    fn with_clock(setup: Setup, path: &Path, clock: ClockMode) -> Result<Self, JournalError> {
        let stage = setup.stage();
        let (lane, ann) = open_lane(&stage, "lane", clock);
        let header = Header::of(&lane, SEED, stage.settings(), &journal::Origin::default()).line();
        let (file, found) = journal::open(path, &lane, &header, Durability::Process)?;
        let file = Arc::new(file);
        stage.write_to(Arc::clone(&file));
        file.flush().unwrap();
        Ok(Self { stage, lane, ann, file, found })
    }

    fn on(setup: Setup, path: &Path) -> Self {
        Self::try_on(setup, path).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is in memory, as it stands in the file, without what belongs to a run alone.
    fn lines(&self) -> Vec<String> {
        let names = self.lane.names();
        let line =
            |entry| format!("{{\"lane\":\"lane\",{}", &plain(&journal::entry_to_json(entry, &names))[1..]);
        entries(&self.lane).iter().map(line).collect()
    }

    fn call(&self, method: &Method, path: &str, token: &str, body: &str) -> graph::Reply {
        let request = Request {
            method,
            path,
            query: None,
            body: body.as_bytes(),
            content_type: None,
            bearer: Some(token),
            if_none_match: None,
            origin: Origin::Bot,
        };
        graph::serve(&self.stage, request)
    }

    /// Moves on as a lane does that was not gone on with.
    async fn advance(&self, span: Span) {
        self.lane.advance(self.lane.after(span), Quiet::Auto, PATIENCE).await.unwrap();
    }
}

fn plain(line: &str) -> String {
    line.rsplit_once(",\"wall\":{").map_or(line, |(rest, _)| rest).to_owned()
}

/// A copy, as a killed emulator would leave it: the original is still locked.
fn copy(path: &Path, to: &TempDir, name: &str) -> PathBuf {
    let copy = to.path().join(name);
    fs::copy(path, &copy).unwrap();
    copy
}

fn file_lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(plain).collect()
}

async fn make(run: &Run, one: &Move) {
    match one {
        Move::Person(act) => drop(run.lane.person_acts(run.ann, act.clone())),
        Move::Inbox(act) => drop(run.lane.inbox_acts(run.ann, act.clone())),
        Move::Admin(change) => drop(run.lane.admin_changes(PAGE.messenger(), change.clone())),
        Move::Plays(app, call) => {
            let token = [token(BOT), token(LIVECHAT), "stranger-page-token".into()][*app].clone();
            drop(graph::play(&run.stage, &run.lane, Some(&token), Some(run.ann), call.clone()));
        }
        Move::Calls { method, path, token, body } => drop(run.call(method, path, token, body)),
        Move::Advance(ms) => run.advance(Span(*ms)).await,
        Move::Note(text) => run.lane.note(text),
    }
    settled(&run.lane).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_rebuilds_the_world_that_wrote_it(
        before in vec(a_move(), 0..20),
        after in vec(a_move(), 0..6),
        primary in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            // One app is played, and nobody listens at the other's webhook.
            let setup = || {
                let setup = Setup::new().webhook(LIVECHAT, "http://127.0.0.1:9/webhook").human_agent(BOT);
                if primary { setup.primary(BOT) } else { setup }
            };
            let path = folder.path().join("journal");
            let live = Run::on(setup(), &path);
            for one in &before {
                make(&live, one).await;
            }
            live.file.flush().unwrap();
            let again = Run::on(setup(), &copy(&path, &folder, "again"));
            let twice = Run::on(setup(), &copy(&path, &folder, "twice"));
            prop_assert_eq!(again.lane.world(), live.lane.world());
            prop_assert_eq!(twice.lane.world(), live.lane.world());
            prop_assert_eq!(again.lines(), live.lines());
            prop_assert_eq!((again.lane.next_deadline(), &again.found.cut), (live.lane.next_deadline(), &None));

            // What happens next is the same as well: ids, traces, retries, deadlines.
            if let Some((unsent, catch_up)) = again.lane.go_on(PATIENCE) {
                prop_assert_eq!(unsent, 0);
                catch_up.await;
            }
            prop_assert_eq!(again.lane.now(), live.lane.now());
            for one in &after {
                make(&live, one).await;
                make(&again, one).await;
            }
            prop_assert_eq!(again.lane.world(), live.lane.world());
            prop_assert_eq!(again.lines(), live.lines());
            again.file.flush().unwrap();
            prop_assert_eq!(file_lines(&folder.path().join("again")).len(), again.lines().len() + 1);
            Ok(())
        })?;
    }
}

/// A journal with something of everything in it, made by a bot that does not like the first try.
async fn varied(path: &Path) {
    let bot = Bot::reacting(|index, _| Reaction::Status(if index < 2 { 500 } else { 200 })).await;
    let run = Run::on(Setup::new().webhook(BOT, bot.url()).primary(LIVECHAT), path);
    run.lane.person_says(run.ann, "hé").unwrap();
    settled(&run.lane).await;
    run.advance(Span::SECOND).await;
    settled(&run.lane).await;
    let send = sending(run.ann, "one").to_string();
    for (path, token) in [("me/messages", token(LIVECHAT)), ("me/messages", token(BOT)), ("me/x", token(BOT))]
    {
        drop(run.call(&Method::POST, path, &token, &send));
        settled(&run.lane).await;
    }
    let asks = (RouteId::ReadThreadOwner, serde_json::Map::new());
    drop(graph::play(&run.stage, &run.lane, Some(&token(BOT)), Some(run.ann), asks));
    run.advance(Span::DAY).await;
    run.lane.note("done");
    run.file.flush().unwrap();
}

fn setup() -> Setup {
    Setup::new().webhook(BOT, "http://127.0.0.1:9/webhook").primary(LIVECHAT)
}

#[tokio::test]
async fn a_journal_that_was_cut_anywhere_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole");
    varied(&path).await;
    let whole = fs::read(&path).unwrap();
    let lines = file_lines(&path);
    assert!(lines.len() > 18, "{lines:#?}");
    let path = folder.path().join("cut");
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap();
    let mut entries_before = 0;
    for length in 0..=whole.len() {
        // The end of the file may be NUL bytes on some file systems.
        for nuls in [0, 5_000].into_iter().take(if length % 61 == 0 { 2 } else { 1 }) {
            let mut bytes = whole[..length].to_vec();
            bytes.extend(vec![0; nuls]);
            fs::write(&path, &bytes).unwrap();
            let run = Run::on(setup(), &path);
            let kept = whole[..length].iter().filter(|byte| **byte == b'\n').count();
            let left = &whole[..length]
                [whole[..length].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)..];
            let is_entry = length > header && serde_json::from_slice::<Value>(left).is_ok();
            let cut = if is_entry { bytes.len() - length } else { left.len() + bytes.len() - length };
            assert_eq!(run.found.cut.as_ref().map_or(0, |cut| cut.bytes), cut as u64, "at {length}");
            let written = file_lines(&path);
            assert_eq!(written, lines[..written.len()], "at {length}");
            assert!(written.len() >= kept + usize::from(is_entry), "at {length}: a whole line is gone");
            let expected = if length < header { 0 } else { kept.max(1) - 1 + usize::from(is_entry) };
            assert_eq!(run.found.entries - run.found.completed, expected as u64, "at {length}");
            assert_eq!(run.lines(), lines[1..written.len()], "at {length}");
            assert!(run.found.entries >= entries_before, "at {length}");
            entries_before = run.found.entries;
            if length % 29 != 0 {
                continue;
            }
            // What was mended is whole.
            let twice = Run::on(setup(), &copy(&path, &folder, "twice"));
            assert_eq!((twice.found.cut, twice.found.completed), (None, 0), "at {length}");
            assert_eq!(twice.lane.world(), run.lane.world(), "at {length}");
        }
    }
}

#[tokio::test]
async fn what_was_not_acknowledged_is_sent_again_with_the_same_bytes_and_its_tries_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    // It takes the first message, refuses the second one twice, and never answers to the third one.
    let bot = Bot::reacting(|index, _| match index {
        0 => Reaction::Status(200),
        1 | 2 => Reaction::Status(503),
        _ => Reaction::Hold,
    })
    .await;
    let live = Run::on(Setup::new().webhook(BOT, bot.url()), &path);
    for text in ["taken", "refused", "lost"] {
        live.lane.person_says(live.ann, text).unwrap();
        if text != "lost" {
            settled(&live.lane).await;
        }
    }
    bot.arrived(4).await;
    live.file.flush().unwrap();
    let first = bot.arrivals();

    let path = copy(&path, &folder, "copy");
    let bot = Bot::start().await;
    let again = Run::on(Setup::new().webhook(BOT, bot.url()), &path);
    assert_eq!(again.lane.next_deadline(), Some(MORNING + Span::SECOND), "the third try of the second one");
    assert_eq!(bot.arrivals().len(), 0, "nothing is sent before it is told to go on");
    let (unsent, catch_up) = again.lane.go_on(PATIENCE).unwrap();
    assert_eq!((unsent, catch_up.await), (1, None));
    assert_eq!(bot.texts(), ["lost"]);
    again.advance(Span::SECOND).await;
    settled(&again.lane).await;
    assert_eq!(bot.texts(), ["lost", "refused"]);
    for (arrival, before) in bot.arrivals().iter().zip([&first[3], &first[1]]) {
        assert_eq!(arrival.request.body, before.request.body);
        let signature =
            |arrival: &crate::bot::Arrival| arrival.request.header("x-hub-signature-256").map(str::to_owned);
        assert_eq!(signature(arrival), signature(before));
    }
    let tries = crate::delivery::tries(&again.lane, BOT);
    assert_eq!(tries.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 1, 2, 1, 3]);
    assert!(again.lane.go_on(PATIENCE).is_none(), "only once");
}

#[tokio::test]
async fn webhooks_that_an_app_registered_itself_are_known_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let bot = Bot::reacting(|_, arrival| {
        let query = arrival.request.start.split("hub.challenge=").nth(1).unwrap_or_default();
        let challenge = query.split(['&', ' ']).next().unwrap_or_default().to_owned();
        if challenge.is_empty() { Reaction::Hold } else { Reaction::Answer(challenge) }
    })
    .await;
    let live = Run::on(Setup::new(), &path);
    let stand = Stand::serve(Arc::clone(&live.stage)).await;
    let (id, secret) = (BOT.0, crate::stand::secret(BOT));
    let target = format!("/v25.0/{id}/subscriptions?access_token={id}|{secret}");
    let body =
        json!({"object": "page", "callback_url": bot.url(), "verify_token": "x", "fields": "messages,feed"});
    let answer = stand.call(&Call::post(&target).json(&body)).await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    live.lane.person_says(live.ann, "for the registered one").unwrap();
    bot.arrived(2).await;
    live.file.flush().unwrap();

    let again = Run::on(Setup::new(), &copy(&path, &folder, "copy"));
    assert_eq!(again.lane.world(), live.lane.world());
    assert!(again.lane.is_real(BOT), "it is no app any more that steps play");
    let (unsent, catch_up) = again.lane.go_on(std::time::Duration::ZERO).unwrap();
    catch_up.await;
    let arrivals = bot.arrived(3).await;
    assert_eq!((unsent, &arrivals[1].request.body), (1, &arrivals[2].request.body));
    let stand = Stand::serve(Arc::clone(&again.stage)).await;
    let told = stand.call(&Call::get(&target)).await.json();
    assert_eq!(told["data"][0]["callback_url"], bot.url());
    let fields: Vec<&str> = told["data"][0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    assert_eq!(fields, ["feed", "messages"]);
}

#[tokio::test]
async fn what_was_given_up_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let live = Run::on(setup(), &path);
    live.lane.person_says(live.ann, "nobody listens").unwrap();
    settled(&live.lane).await;
    // Nothing is tried any more after an hour in vain, nor is anything that comes later.
    live.advance(Span(2 * Span::HOUR.0)).await;
    live.lane.person_says(live.ann, "still nobody").unwrap();
    settled(&live.lane).await;
    live.file.flush().unwrap();
    let tried = crate::delivery::tries(&live.lane, BOT).len();

    let bot = Bot::start().await;
    let setup = Setup::new().webhook(BOT, bot.url()).primary(LIVECHAT);
    let again = Run::on(setup, &copy(&path, &folder, "copy"));
    let (unsent, catch_up) = again.lane.go_on(PATIENCE).unwrap();
    catch_up.await;
    again.advance(Span::DAY).await;
    settled(&again.lane).await;
    let pending = crate::delivery::tries(&live.lane, BOT).iter().filter(|(number, _)| *number == 1).count();
    assert_eq!((unsent, bot.texts(), pending), (0, Vec::<String>::new(), 1));
    assert_eq!(crate::delivery::tries(&again.lane, BOT).len(), tried);
}

#[tokio::test]
async fn a_move_of_the_clock_that_was_not_finished_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let live = Run::on(Setup::new().primary(BOT), &path);
    live.lane.person_says(live.ann, "hi").unwrap();
    live.advance(Span(3 * Span::DAY.0)).await;
    live.file.flush().unwrap();
    // Once it has come to its end without a trace, and once it was cut before the deadline on its way.
    let lines: Vec<String> = fs::read_to_string(&path).unwrap().lines().map(str::to_owned).collect();
    let moved = lines.iter().position(|line| line.contains(r#""kind":"clock""#)).unwrap();
    for kept in [lines.len(), moved + 1] {
        let path = folder.path().join(kept.to_string());
        fs::write(&path, format!("{}\n", lines[..kept].join("\n"))).unwrap();
        let again = Run::on(Setup::new().primary(BOT), &path);
        let (_, catch_up) = again.lane.go_on(PATIENCE).unwrap();
        let gap = catch_up.await.unwrap();
        assert_eq!(gap.to, MORNING + Span(3 * Span::DAY.0));
        assert_eq!((again.lane.now(), again.lane.world()), (gap.to, live.lane.world()));
        again.file.flush().unwrap();
        assert_eq!(file_lines(&path), file_lines(&folder.path().join("journal")));
    }
}

/// The same journal, written some time ago.
fn aged(path: &Path, by: Span) {
    let text = fs::read_to_string(path).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let older = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let wall = parse_rfc3339(line["wall"]["at"].as_str().unwrap()).unwrap();
        rfc3339(Timestamp(wall.0 - by.0))
    };
    let lines = lines.lines();
    let lines = lines.map(|line| format!("{},\"wall\":{{\"at\":\"{}\"}}}}\n", plain(line), older(line)));
    fs::write(path, format!("{header}\n{}", lines.collect::<String>())).unwrap();
}

#[tokio::test]
async fn a_clock_that_runs_makes_up_for_the_time_since_then_in_one_move() {
    let pace = |text: &str| text.parse().unwrap();
    let rows = [
        (ClockMode::Real, Span(2 * Span::DAY.0), Span(2 * Span::DAY.0)),
        (ClockMode::Scaled { from: Some(MORNING), pace: pace("60") }, Span::HOUR, Span(60 * Span::HOUR.0)),
        (
            ClockMode::Scaled { from: Some(MORNING), pace: pace("0.5") },
            Span(4 * Span::DAY.0),
            Span(2 * Span::DAY.0),
        ),
    ];
    for (mode, away, gap) in rows {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let live = Run::with_clock(Setup::new().primary(BOT), &path, mode).unwrap();
        live.lane.person_says(live.ann, "hi").unwrap();
        // What was advanced stays advanced.
        live.advance(Span::HOUR).await;
        live.lane.note("an hour later");
        live.file.flush().unwrap();
        let stood = entries(&live.lane).last().unwrap().at;
        let path = copy(&path, &folder, "later");
        aged(&path, away);

        let again = Run::with_clock(Setup::new().primary(BOT), &path, mode).unwrap();
        assert_eq!(again.lane.now(), stood, "it stands still until it is told to go on");
        let before = again.lane.last_seq();
        let (_, catch_up) = again.lane.go_on(PATIENCE).unwrap();
        let made_up = catch_up.await.unwrap();
        assert_eq!(made_up.from, stood);
        let slack = Span(60 * 60_000);
        assert!((stood + gap..stood + gap + slack).contains(&made_up.to), "{mode:?} {made_up:?}");
        let new = again.lane.entries_after(before).unwrap();
        assert!(matches!(new[0].record, Record::Clock { .. }));
        assert!(matches!(new[1].record, Record::Fired(_)), "control has ended meanwhile: {:?}", new[1]);
        assert!(new[1].cause == Some(Cause::certain(new[0].seq)) && new[1].at < made_up.to);
        assert!((made_up.to..made_up.to + slack).contains(&again.lane.now()), "it runs on from there");

        // Gone on with once more at once, there is nothing to make up for but the moment between.
        again.file.flush().unwrap();
        let third = Run::with_clock(Setup::new().primary(BOT), &copy(&path, &folder, "third"), mode).unwrap();
        assert_eq!(third.lane.world(), again.lane.world());
        let (_, catch_up) = third.lane.go_on(PATIENCE).unwrap();
        catch_up.await;
        assert!((made_up.to..made_up.to + slack).contains(&third.lane.now()), "nothing is made up for twice");
    }
}

#[tokio::test]
async fn a_journal_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    varied(&path).await;
    let whole = fs::read_to_string(&path).unwrap();
    let (header, lines) = whole.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let with = |index: usize, from: &str, to: &str| {
        assert!(lines[index].contains(from), "{}", lines[index]);
        let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines[index] = lines[index].replacen(from, to, 1);
        format!("{header}\n{}\n", lines.join("\n"))
    };
    let find = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    let (attempt, call) = (find(r#""kind":"attempt""#), find(r#""kind":"call""#));
    let header_with = |from: &str, to: &str| {
        assert!(header.contains(from), "{header}");
        format!("{}\n", header.replacen(from, to, 1))
    };
    let without = |index: usize| {
        let lines = [&lines[..index], &lines[index + 1..]].concat();
        format!("{header}\n{}\n", lines.join("\n"))
    };
    let cases = [
        (format!("{}\n", lines[0]), "is not a journal of `serve`: its first line is not a header"),
        (
            "a shopping list".into(),
            "is not a journal of `serve`: its only line is not a header that this run would write",
        ),
        (
            header_with(r#""seed":7"#, r#""seed":8"#),
            "\n  its seed is 8, and here it is 7; start with --seed 8\n",
        ),
        (
            header_with(r#""format":2"#, r#""format":1"#),
            "it has format 1, and this emulator reads format 2\nhelp: messenger-emulator 0.1.0 wrote it; read it with that \
             version, or make the journal again with this one; or name another file",
        ),
        (
            header_with(r#""rules":1,"#, r#""rules":99,"#),
            "it follows version 99 of the rules, and this emulator has version 1; go on with",
        ),
        (header_with(r#""ann":""#, r#""ann":"9"#), "people.ann is"),
        (with(0, "h\\u00e9", "ho"), "line 3 of the journal"),
        (
            with(0, r#""kind":"says""#, r#""kind":"sings""#),
            "`kind` is \"sings\", and should be one of says, taps, ",
        ),
        (
            with(0, r#""lane":"lane""#, r#""lane":"serve""#),
            "it belongs to the lane `serve`, and here there is only `lane`",
        ),
        (with(0, r#""seq":1,"#, r#""seq":2,"#), "its number is 2, and the next one is 1"),
        (with(0, r#""at":"2026"#, r#""at":"26"#), "is not a time"),
        (
            with(call, r#""at":"2026"#, r#""at":"2025"#),
            "it lies before the entry above it, and time never goes back",
        ),
        (with(attempt, r#""delivery":"#, r#""delivery":9"#), "its delivery is not open"),
        (with(2, "{", ""), "is not what the lines above it lead to; was it edited?"),
        (with(find(r#""kind":"timer""#), "timer", "blocks"), "an entry `blocks` has no member `timer`"),
        (without(2), "is not what the lines above it lead to"),
        (without(attempt), "and the next one is"),
        (format!("{header}\n\n{}\n", lines.join("\n")), "line 2 of the journal"),
        (format!("{header}\nhello\n"), "it is not an entry"),
    ];
    for (text, expected) in cases {
        fs::write(&path, &text).unwrap();
        let error = Run::try_on(setup(), &path).err().expect(expected).to_string();
        assert!(error.contains(expected), "expected {expected} in {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "nothing was changed");
    }
    // An app that was played and is not any more would be told everything anew.
    fs::write(&path, &whole).unwrap();
    let error = Run::try_on(Setup::new().primary(LIVECHAT), &path).err().unwrap().to_string();
    assert!(error.contains("world.pages[0].apps.bot.played is false in it, and true here"), "{error}");
}

#[tokio::test]
async fn what_is_no_file_of_its_own_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| Run::try_on(setup(), path).err().expect("it is refused").to_string();
    assert!(refused(folder.path()).ends_with("is a folder; name a file in it"));
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there");
    assert!(made.success());
    assert!(refused(&pipe).ends_with("which keeps nothing; name a file"));
    let path = folder.path().join("journal");
    let first = Run::on(setup(), &path);
    assert!(refused(&path).starts_with("another emulator has the journal"), "{}", refused(&path));
    drop((first.file, first.stage, first.lane));
    assert!(refused(&folder.path().join("journal/below")).starts_with("cannot open the journal"));
    let empty = folder.path().join("empty");
    File::create(&empty).unwrap();
    assert_eq!((Run::on(setup(), &empty).found, file_lines(&empty).len()), (Found::default(), 1));
}
