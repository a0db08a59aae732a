//! Changes of an admin, with the keys of the step `page:`.

use emulator_core::{AdminChange, AppId, AppMode, Feature, FieldSet, InboxAct, Permission, TokenState};

use super::message::Sent;
use super::party::PartyOrNone;
use super::row::tagged;

tagged! {
    AdminChange, by "change" {
        "primary_receiver" => [AdminChange::PrimaryReceiver(to)] { to: PartyOrNone = "to" }
        "connects" => [AdminChange::Connects(app)] { app: AppId = "app" }
        "removes" => [AdminChange::Removes(app)] { app: AppId = "app" }
        "subscriptions" => [AdminChange::Fields { app, fields }] { app: AppId = "app", fields: FieldSet = "fields" }
        "features" => [AdminChange::Feature { app, feature, granted }] {
            app: AppId = "app", feature: Feature = "feature", granted: bool = "granted",
        }
        "permissions" => [AdminChange::Permission { app, permission, granted }] {
            app: AppId = "app", permission: Permission = "permission", granted: bool = "granted",
        }
        "mode" => [AdminChange::Mode { app, mode }] { app: AppId = "app", mode: AppMode = "mode" }
        "token" => [AdminChange::Token { app, state }] { app: AppId = "app", state: TokenState = "state" }
    }
}

tagged! {
    InboxAct, by "verb" {
        "replies" => [InboxAct::Replies(message)] { message: Sent = _ }
        "moves_to" => [InboxAct::Moves(folder)] { folder: emulator_core::Folder = "folder" }
    }
}
