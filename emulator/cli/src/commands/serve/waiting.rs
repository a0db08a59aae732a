//! Waiting for bots: why one is not ready is said, and again when the reason is another one.

use std::sync::Arc;
use std::time::Duration;

use emulator_core::AppId;
use emulator_scenario::bots::Reasons;
use emulator_server::Stage;

/// How often a bot that is not there yet is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Tries the verification until the bot passes it, and tells each change of the reason why it does not.
pub(super) async fn wait_for(stage: Arc<Stage>, app: AppId, name: String) {
    let mut reasons = Reasons::default();
    while let Err(why) = stage.handshake(app).await {
        if let Some(text) = reasons.told(&name, &why) {
            eprintln!("{text}");
        }
        emulator_server::pause(ASK_AGAIN).await;
    }
    eprintln!("{name} is ready: its webhook passed the verification");
}
