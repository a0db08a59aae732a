//! Virtual time: what an advance does on its way, and that no clock goes back.

use std::sync::Arc;

use emulator_core::{AdminChange, Psid, Span, Subject, TimerKind, Timestamp};
use emulator_server::journal::Record;
use emulator_server::{ClockMode, Lane, LaneSpec, PersonSpec, Quiet};
use serde_json::json;

use crate::bot::{Bot, Reaction};
use crate::http::PATIENCE;
use crate::stand::{BOT, LIVECHAT, MORNING, PAGE, Says as _, Setup, Stand, entries, open_lane, settled};

fn lane_of(stand: &Stand, people: &[&str]) -> Arc<Lane> {
    let person = |name: &&str| PersonSpec::named(*name, PAGE);
    let clock = ClockMode::Frozen { at: MORNING };
    let people = people.iter().map(person).collect();
    stand.stage.open_lane(LaneSpec { name: "lane".into(), clock, settings: None, people }).unwrap()
}

/// The deadlines that have come, with their times.
fn fired(lane: &Lane) -> Vec<(Timestamp, Psid)> {
    let fired = |record: &Record| {
        let Record::Fired(timer) = record else { return None };
        match timer.subject {
            Subject::Conversation(person) => Some(person),
            Subject::Webhooks(..) => None,
        }
    };
    entries(lane).iter().filter_map(|entry| Some((entry.at, fired(&entry.record)?))).collect()
}

#[tokio::test]
async fn an_advance_fires_what_is_due_in_order_and_stops_at_its_target() {
    let stand = Setup::new().primary(BOT).serve().await;
    let lane = lane_of(&stand, &["ann", "ben", "cem"]);
    let [ann, ben, cem] = ["ann", "ben", "cem"].map(|name| lane.person(name, PAGE).unwrap());
    let hour = |hours| MORNING + Span(hours * Span::HOUR.0);
    lane.person_says(cem, "hi").unwrap();
    lane.advance(hour(1), Quiet::Auto, PATIENCE).await.unwrap();
    for person in [ann, ben] {
        lane.person_says(person, "hi").unwrap();
    }
    lane.advance(hour(2), Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(lane.next_deadline(), Some(hour(24)));
    lane.advance(Timestamp(hour(24).0 - 1), Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(fired(&lane), []);
    lane.advance(hour(24), Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(
        (fired(&lane), lane.now()),
        (vec![(hour(24), cem)], hour(24)),
        "what is due then has happened"
    );
    lane.advance(hour(100), Quiet::Auto, PATIENCE).await.unwrap();
    let equal = if ann < ben { [ann, ben] } else { [ben, ann] };
    let expected = [(hour(24), cem), (hour(25), equal[0]), (hour(25), equal[1])];
    assert_eq!((fired(&lane).as_slice(), lane.now()), (expected.as_slice(), hour(100)));
    lane.advance(hour(50), Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!(lane.now(), hour(100), "time never goes back");
}

#[tokio::test]
async fn what_a_deadline_leads_to_happens_before_the_next() {
    // Control of ann's conversation ends between two tries of a delivery to a bot that is down.
    let bot = Bot::reacting(|_, _| Reaction::Status(500)).await;
    let stand = Setup::new().primary(LIVECHAT).webhook(BOT, bot.url()).serve().await;
    let (lane, ann) = stand.lane("lane");
    lane.person_says(ann, "one").unwrap();
    settled(&lane).await;
    lane.advance(MORNING + Span(23 * Span::HOUR.0), Quiet::Auto, PATIENCE).await.unwrap();
    // An hour of failing switches the webhooks off, until the app subscribes again.
    let fields = lane.settings().fields(PAGE.messenger(), BOT);
    lane.admin_changes(PAGE.messenger(), AdminChange::Fields { app: BOT, fields }).result.unwrap();
    let extend = json!({"recipient": {"id": ann.to_string()}, "duration": 100});
    assert_eq!(stand.post(LIVECHAT, "extend_thread_control", &extend).await.status(), 200);
    assert_eq!(stand.send(LIVECHAT, ann, "two").await.status(), 200);
    settled(&lane).await;
    let before = lane.last_seq();
    lane.advance(lane.after(Span::HOUR), Quiet::Auto, PATIENCE).await.unwrap();
    let happened: Vec<String> = entries(&lane)
        .iter()
        .filter(|entry| entry.seq > before)
        .filter_map(|entry| {
            let second = (entry.at.0 - MORNING.0) / 1_000 - 23 * 3_600;
            if let Record::Attempt { number, .. } = &entry.record {
                return Some(format!("{second} try {number}"));
            }
            let Record::Fired(timer) = &entry.record else { return None };
            let what = match timer.kind {
                TimerKind::ControlEnds => "control ends",
                TimerKind::WebhooksFailing => "developers are told",
                TimerKind::WebhooksDisabled => "webhooks are off",
            };
            Some(format!("{second} {what}"))
        })
        .collect();
    let expected = [
        "1 try 3",
        "6 try 4",
        "36 try 5",
        "100 control ends",
        "156 try 6",
        "756 try 7",
        "900 developers are told",
        "1356 try 8",
        "1956 try 9",
        "2556 try 10",
        "3156 try 11",
        "3600 webhooks are off",
    ];
    assert_eq!(happened, expected);
}

#[tokio::test]
async fn a_frozen_clock_stands_while_everything_else_happens() {
    let stand = Setup::new().serve().await;
    let (lane, ann) = stand.lane("lane");
    for text in ["1", "2", "3"] {
        lane.person_says(ann, text).unwrap();
        assert_eq!(stand.send(BOT, ann, text).await.header("x-emulator-now"), Some("2026-07-06T09:00:00Z"));
    }
    assert_eq!(lane.now(), MORNING);
    // Events of one conversation are told apart by their timestamps all the same.
    let at: Vec<i64> = lane.conversation(ann).unwrap().messages.iter().map(|kept| kept.at.0).collect();
    assert_eq!(at, (MORNING.0..MORNING.0 + 6).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_real_clock_never_goes_back_and_keeps_what_it_was_advanced_by() {
    let stage = Setup::new().primary(BOT).stage();
    let (lane, ann) = open_lane(&stage, "lane", ClockMode::Real);
    let mut last = lane.now();
    assert!(last > Timestamp(1_700_000_000_000), "it is the system's time");
    let looks = |last: &mut Timestamp| {
        for _ in 0..1_000 {
            let now = lane.now();
            assert!(now >= *last);
            *last = now;
        }
    };
    looks(&mut last);
    lane.person_says(ann, "hi").unwrap();
    let tomorrow = lane.after(Span::DAY);
    lane.advance(tomorrow + Span::HOUR, Quiet::Auto, PATIENCE).await.unwrap();
    assert!(lane.now() >= tomorrow + Span::HOUR);
    assert_eq!(fired(&lane).len(), 1, "control has ended on the way");
    assert!(fired(&lane)[0].0 <= tomorrow);
    looks(&mut last);
    lane.advance(Timestamp(0), Quiet::Auto, PATIENCE).await.unwrap();
    looks(&mut last);
    assert!(lane.now() < tomorrow + Span(2 * Span::HOUR.0), "it was advanced once");
}

#[tokio::test]
async fn lanes_do_not_share_a_clock() {
    let stand = Setup::new().serve().await;
    let ((first, _), (second, _)) = (stand.lane("first"), stand.lane("second"));
    first.advance(MORNING + Span::DAY, Quiet::Auto, PATIENCE).await.unwrap();
    assert_eq!((first.now(), second.now()), (MORNING + Span::DAY, MORNING));
    assert_eq!(stand.stage.own_lane().now(), MORNING);
}
