//! Lanes share a stage and nothing else: who a call belongs to, who is whom, what is noticed about
//! the order of calls.

use std::io::Write;
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use emulator_core::{Psid, Span};
use emulator_server::journal::Record;
use emulator_server::{ClockMode, Lane, LaneSpec, OpenLaneError, PersonSpec, Quiet, STAGE_LANE};
use serde_json::json;

use crate::bot::{Bot, Reaction};
use crate::http::{Call, Client, PATIENCE};
use crate::stand::{BOT, MORNING, PAGE, Says as _, Setup, entries, open_lane, sending, settled, token};

fn calls(lane: &Lane) -> usize {
    entries(lane).iter().filter(|entry| matches!(entry.record, Record::Call(_))).count()
}

#[tokio::test]
async fn a_call_belongs_to_the_lane_of_the_person_it_names() {
    let stand = Setup::new().serve().await;
    let ((first, ann), (second, other_ann)) = (stand.lane("first"), stand.lane("second"));
    first.person_says(ann, "hi").unwrap();
    second.advance(MORNING + Span::HOUR, Quiet::Auto, PATIENCE).await.unwrap();
    second.person_says(other_ann, "hi").unwrap();
    let (one, two) = (stand.send(BOT, ann, "a").await, stand.send(BOT, other_ann, "a").await);
    assert_eq!(one.header("x-emulator-now"), Some("2026-07-06T09:00:00Z"));
    assert_eq!(two.header("x-emulator-now"), Some("2026-07-06T10:00:00Z"));
    let owner = Call::get(&format!("/me/thread_owner?recipient={ann}&access_token={}", token(BOT)));
    stand.call(&owner).await;
    // However the call is wrong, it is about somebody.
    let wrong_token = Call::post("/me/messages?access_token=wrong").json(&sending(ann, "a"));
    assert_eq!(stand.call(&wrong_token).await.error(), (190, 0));
    assert_eq!(stand.call(&Call::post("/me/messages").json(&sending(ann, "a"))).await.error(), (2500, 0));
    assert_eq!(stand.post(BOT, "no_such_edge", &sending(ann, "a")).await.error(), (2500, 0));
    assert_eq!(stand.post(BOT, "messages", &sending(ann, "")).await.error(), (100, 2_018_034));
    assert_eq!((calls(&first), calls(&second), calls(stand.stage.own_lane())), (6, 1, 0));
}

#[tokio::test]
async fn a_call_that_names_nobody_goes_to_the_lane_that_gets_such_calls_else_to_the_stage() {
    let stand = Setup::new().serve().await;
    let me = Call::get(&format!("/me?access_token={}", token(BOT)));
    stand.call(&me).await;
    let own = stand.stage.own_lane();
    assert_eq!(calls(own), 1, "there is no lane yet");
    let (first, _) = stand.lane("first");
    first.advance(MORNING + Span::HOUR, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(stand.call(&me).await.header("x-emulator-now"), Some("2026-07-06T10:00:00Z"));
    assert_eq!((calls(&first), calls(own)), (1, 1));
    stand.stage.close_lane(&first);
    let second = stand.stage.open_lane(without_people("second")).unwrap();
    assert_eq!(stand.call(&me).await.header("x-emulator-now"), Some("2026-07-06T09:00:00Z"));
    assert_eq!((calls(&second), calls(own)), (0, 2), "it is the only one, and was not given them");
}

fn without_people(name: &str) -> LaneSpec {
    let clock = ClockMode::Frozen { at: MORNING };
    LaneSpec { name: name.to_owned(), clock, settings: None, people: Vec::new() }
}

#[tokio::test]
async fn what_a_bot_sets_up_before_the_first_lane_is_there_in_each_and_what_comes_later_is_not() {
    let stand = Setup::new().serve().await;
    let subscribe = |fields: &str| {
        let path = format!("/me/subscribed_apps?access_token={}&subscribed_fields={fields}", token(BOT));
        Call::post(&path)
    };
    let fields = |lane: &Lane| {
        let fields = lane.settings().fields(PAGE.messenger(), BOT);
        fields.iter().map(emulator_core::Field::name).collect::<Vec<_>>()
    };
    assert_eq!(stand.call(&subscribe("messages,message_reads")).await.status(), 200);
    let first = stand.stage.open_lane(without_people("first")).unwrap();
    assert_eq!(stand.call(&subscribe("messages")).await.status(), 200);
    let second = stand.stage.open_lane(without_people("second")).unwrap();
    assert_eq!(fields(&first), ["messages", "message_reads"]);
    assert_eq!(fields(&second), ["messages", "message_reads"], "each lane begins alike");
    assert_eq!(fields(stand.stage.own_lane()), ["messages"]);
}

#[tokio::test]
async fn the_people_of_a_closed_lane_are_strangers() {
    let stand = Setup::new().serve().await;
    let ((first, ann), (_second, _)) = (stand.lane("first"), stand.lane("second"));
    first.person_says(ann, "hi").unwrap();
    assert_eq!(stand.send(BOT, ann, "a").await.status(), 200);
    stand.stage.close_lane(&first);
    assert_eq!(stand.send(BOT, ann, "a").await.error(), (100, 2_018_001));
    assert_eq!(calls(&first), 1);
    assert!(stand.stage.lane("first").is_none());
    // The name is free again, and brings the same people back to life as strangers to what was.
    let (again, same) = stand.lane("first");
    assert_eq!(same, ann);
    assert_eq!(stand.send(BOT, ann, "a").await.error(), (10, 2_018_278), "she has not written yet");
    assert_eq!(calls(&again), 1);
}

#[tokio::test]
async fn people_of_the_same_name_have_ids_of_their_own_in_every_lane() {
    let stand = Setup::new().serve().await;
    let ((_, ann), (_, other)) = (stand.lane("first"), stand.lane("second"));
    assert_ne!(ann, other);
    for id in [ann, other] {
        assert_eq!(id.to_string().len(), 16);
    }
    let elsewhere = Setup::new().stage();
    for (lane, expected) in [("second", other), ("first", ann)] {
        let (_, same) = open_lane(&elsewhere, lane, ClockMode::Frozen { at: MORNING });
        assert_eq!(
            same, expected,
            "ids follow from the seed, the lane and the name, not from who else is there"
        );
    }
}

#[tokio::test]
async fn a_fixed_id_lives_in_one_lane_at_a_time() {
    let stage = Setup::new().stage();
    let spec = |name: &str, people: &[(&str, Option<Psid>)]| LaneSpec {
        name: name.into(),
        clock: ClockMode::Frozen { at: MORNING },
        settings: None,
        people: people
            .iter()
            .map(|(name, id)| PersonSpec { id: *id, ..PersonSpec::named(*name, PAGE) })
            .collect(),
    };
    let fixed = Psid(7_000_000_000_000_001);
    let id = Some(fixed);
    let first = stage.open_lane(spec("first", &[("ann", id)])).unwrap();
    let taken = OpenLaneError::PersonTaken(fixed);
    assert_eq!(stage.open_lane(spec("second", &[("ben", None), ("ann", id)])).unwrap_err(), taken);
    assert!(stage.lane("second").is_none(), "a lane that was refused leaves nothing behind");
    assert_eq!(stage.open_lane(spec("third", &[("ann", id), ("ben", id)])).unwrap_err(), taken);
    for name in ["first", STAGE_LANE] {
        let error = stage.open_lane(spec(name, &[])).unwrap_err();
        assert_eq!(error, OpenLaneError::NameTaken(name.to_owned()));
    }
    stage.close_lane(&first);
    assert_eq!(stage.open_lane(spec("second", &[("ann", id)])).unwrap().person("ann", PAGE).unwrap(), fixed);
}

/// Writes requests on connections of their own before the server can look at any of them.
async fn at_once(clients: &mut [Client], calls: &[Call]) {
    for (client, call) in clients.iter_mut().zip(calls) {
        let socket = client.stream().as_fd().try_clone_to_owned().expect("a socket can be cloned");
        TcpStream::from(socket).write_all(&call.bytes()).expect("it fits into the buffer");
    }
    for client in clients {
        assert_eq!(client.answer().await.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn two_sends_into_one_conversation_at_once_are_noticed() {
    let stand = Setup::new().serve().await;
    let ((lane, ann), (other, ben)) = (stand.lane("lane"), stand.lane("other"));
    lane.person_says(ann, "hi").unwrap();
    other.person_says(ben, "hi").unwrap();
    let target = format!("/me/messages?access_token={}", token(BOT));
    let send = |person, text| Call::post(&target).json(&sending(person, text));
    let owner = Call::get(&format!("/me/thread_owner?recipient={ann}&access_token={}", token(BOT)));
    let mut clients = [stand.client().await, stand.client().await];
    for client in &mut clients {
        assert_eq!(client.call(&send(ann, "one after the other")).await.status(), 200);
    }
    at_once(&mut clients, &[send(ann, "to ann"), send(ben, "to ben")]).await;
    at_once(&mut clients, &[send(ann, "a send"), owner]).await;
    assert!(!lane.is_raced() && !other.is_raced(), "nothing here is a matter of chance");
    at_once(&mut clients, &[send(ann, "a"), send(ann, "b")]).await;
    assert!(lane.is_raced());
    assert!(!other.is_raced());
}

#[tokio::test]
async fn a_bot_that_sends_one_after_the_other_never_races() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let mut clients = [stand.client().await, stand.client().await];
    let target = format!("/me/messages?access_token={}", token(BOT));
    for round in 0..200 {
        let call = Call::post(&target).json(&sending(ann, &round.to_string()));
        assert_eq!(clients[round % 2].call(&call).await.status(), 200);
    }
    assert!(!lane.is_raced());
}

#[tokio::test]
async fn a_call_that_the_clock_has_left_behind_is_noticed() {
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    let next = |span| lane.after(span);
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    assert_eq!(stand.send(BOT, ann, "in time").await.status(), 200);
    settled(&lane).await;
    lane.advance(next(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    lane.person_says(ann, "two").unwrap();
    settled(&lane).await;
    assert_eq!(stand.send(BOT, ann, "in time too").await.status(), 200);
    assert_eq!(lane.late(), None);
    lane.advance(next(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    let owner = Call::get(&format!("/me/thread_owner?recipient={ann}&access_token={}", token(BOT)));
    assert_eq!(stand.call(&owner).await.status(), 200);
    assert_eq!(lane.late(), None, "to look changes nothing");
    assert_eq!(stand.send(BOT, ann, "too late").await.status(), 200);
    assert!(lane.late().is_some());
}

#[tokio::test]
async fn a_lane_is_settled_when_nothing_is_on_its_way() {
    let bot = Bot::reacting(|_, _| Reaction::Hold).await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let ((lane, ann), (other, _)) = (stand.lane("lane"), stand.lane("other"));
    lane.person_says(ann, "hi").unwrap();
    bot.arrived(1).await;
    let unsettled = lane.settled(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!(unsettled.waits_for, ["a delivery to `bot`"]);
    settled(&other).await;
    let waits = lane.settled(PATIENCE);
    bot.release(1);
    waits.await.unwrap();
}

#[tokio::test]
async fn a_lane_is_quiet_when_it_has_been_settled_for_a_while() {
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    let long = Quiet::For(Duration::from_secs(3_600));
    lane.quiet(long, PATIENCE).await.expect("no bot has got anything yet");
    let before = Instant::now();
    lane.person_says(ann, "hi").unwrap();
    let while_long = Duration::from_millis(80);
    lane.quiet(Quiet::For(while_long), PATIENCE).await.unwrap();
    assert!(before.elapsed() >= while_long);
    assert_eq!(bot.arrivals().len(), 1);
    lane.quiet(long, PATIENCE).await.expect("nothing has happened since it was quiet");
    stand.post(BOT, "messages", &json!({})).await;
    let before = Instant::now();
    lane.quiet(Quiet::For(while_long), PATIENCE).await.unwrap();
    assert!(before.elapsed() >= while_long / 2, "a call is contact too");
}

#[tokio::test]
async fn a_bot_that_never_stops_calling_is_named_in_the_end() {
    let bot = Bot::start().await;
    let stand = Setup::new().webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    let calls = async {
        loop {
            stand.post(BOT, "messages", &json!({})).await;
        }
    };
    let quiet = lane.quiet(Quiet::For(Duration::from_secs(1)), Duration::from_millis(50));
    let restless = tokio::select! {
        restless = quiet => restless.unwrap_err(),
        () = calls => unreachable!("it calls for ever"),
    };
    let [who] = restless.waits_for.as_slice() else { panic!("{restless}") };
    assert!(who.starts_with("`bot` to be quiet: it calls again and again, last calls (entry "), "{who}");
}

#[tokio::test]
async fn a_played_app_is_no_contact() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "hi").unwrap();
    lane.quiet(Quiet::For(Duration::from_secs(3_600)), PATIENCE).await.unwrap();
}
