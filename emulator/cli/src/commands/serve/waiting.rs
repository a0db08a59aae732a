//! Waiting for bots: why one is not ready is said, and again when the reason is another one.

use std::sync::Arc;
use std::time::Duration;

use emulator_core::AppId;
use emulator_scenario::bots::Reasons;
use emulator_server::{HandshakeError, Stage};
use tokio::time::Instant;

/// How often a bot that is not there yet is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// How long a bot that was started here may take to listen before that is worth a line.
const COMES_UP: Duration = Duration::from_secs(1);
/// How often such a bot is asked meanwhile.
const ASK_SOON: Duration = Duration::from_millis(50);

/// Tries the verification until the bot passes it, and tells each change of the reason why it does not. That a bot does
/// not listen yet which was `started` here a moment ago is no news.
pub(super) async fn wait_for(stage: Arc<Stage>, app: AppId, name: String, started: bool) {
    let mut reasons = Reasons::default();
    let begin = Instant::now();
    while let Err(why) = stage.handshake(app).await {
        if started && matches!(why, HandshakeError::NoAnswer { .. }) && begin.elapsed() < COMES_UP {
            emulator_server::pause(ASK_SOON).await;
            continue;
        }
        if let Some(text) = reasons.told(&name, &why) {
            eprintln!("{text}");
        }
        emulator_server::pause(ASK_AGAIN).await;
    }
    eprintln!("{name} is ready: its webhook passed the verification");
}
