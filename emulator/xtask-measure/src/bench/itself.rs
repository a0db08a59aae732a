//! The tools of the benches against themselves: how fast the load and the bare server are, and how equal two rounds.

use anyhow::Result;

use super::load::{self, Load};
use super::part::{Part, RuntimeKind};
use super::sends::with_wrk;
use super::table::{Aim, Figure, Row};
use super::{CONNECTIONS, Setting, alternate};

const ANSWER: &str = r#"{"recipient_id":"7000000000000001","message_id":"m_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUv"}"#;

pub(super) async fn itself(setting: &Setting) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (runtime, name) in [(RuntimeKind::One, "one thread"), (RuntimeKind::Several, "several threads")] {
        let one = Part::bare(runtime, ANSWER).await?;
        let other = Part::bare(runtime, ANSWER).await?;
        let mut of_one = open(&one).await?;
        let mut of_other = open(&other).await?;
        let (of_one, of_other) = alternate(setting.pace, &mut of_one, &mut of_other).await?;
        rows.push(
            Row::rates(format!("bare server, {name}"), &of_one.rates(), &of_other.rates(), "another")
                .aim(Aim::RatioAtLeast(0.9)),
        );
        for percent in [50, 99] {
            rows.push(
                Row::new(format!("  p{percent}"), Figure::time(of_one.percentile(percent)))
                    .beside(Figure::time(of_other.percentile(percent)), "another"),
            );
        }
        let body = super::sends::body_for("7000000000000001");
        if let Some(rate) = with_wrk(setting.pace, one.address, &body).await? {
            rows.push(Row::new("  under wrk", Figure::per_second(rate)));
        }
    }
    Ok(rows)
}

async fn open(part: &Part) -> Result<Load> {
    let body = super::sends::body_for("7000000000000001");
    let request = load::post(part.address, super::sends::PATH, &body);
    Load::open(part.address, std::iter::repeat_n(request, CONNECTIONS)).await
}
