//! Format 1: each kind has its members in `data`, under their own names.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row { kind: "says", shown: "says", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row { kind: "reads", shown: "reads", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row { kind: "taps", shown: "taps", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row { kind: "reacts", shown: "reacts", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row { kind: "opens", shown: "opens", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row { kind: "blocks", shown: "blocks", members: &[("person", "/data/person"), ("psid", "/data/psid")] },
    Row {
        kind: "unblocks",
        shown: "unblocks",
        members: &[("person", "/data/person"), ("psid", "/data/psid")],
    },
    Row {
        kind: "inbox",
        shown: "inbox",
        members: &[("person", "/data/person"), ("verb", "/data/verb"), ("folder", "/data/folder")],
    },
    Row { kind: "page", shown: "page", members: &[("id", "/data/id")] },
    Row { kind: "declined", shown: "declined", members: &[("rule", "/rule")] },
    Row {
        kind: "call",
        shown: "call",
        members: &[
            ("app", "/data/app"),
            ("verb", "/data/verb"),
            ("person", "/data/person"),
            ("page", "/data/page"),
            ("played", "/data/played"),
        ],
    },
    Row {
        kind: "refused",
        shown: "refused",
        members: &[
            ("app", "/data/app"),
            ("status", "/data/status"),
            ("type", "/data/type"),
            ("code", "/data/code"),
            ("subcode", "/data/subcode"),
            ("message", "/data/message"),
            ("fbtrace_id", "/data/fbtrace_id"),
        ],
    },
    Row {
        kind: "message",
        shown: "message",
        members: &[
            ("person", "/data/person"),
            ("from", "/data/from"),
            ("mid", "/data/mid"),
            ("timestamp", "/data/timestamp"),
        ],
    },
    Row { kind: "window", shown: "window", members: &[("person", "/data/person"), ("until", "/data/until")] },
    Row {
        kind: "control",
        shown: "control",
        members: &[
            ("person", "/data/person"),
            ("from", "/data/from"),
            ("to", "/data/to"),
            ("until", "/data/until"),
        ],
    },
    Row {
        kind: "control_prolonged",
        shown: "control_prolonged",
        members: &[("person", "/data/person"), ("owner", "/data/owner"), ("until", "/data/until")],
    },
    Row {
        kind: "folder",
        shown: "folder",
        members: &[("person", "/data/person"), ("from", "/data/from"), ("to", "/data/to")],
    },
    Row {
        kind: "marked_done",
        shown: "marked_done",
        members: &[("person", "/data/person"), ("marked", "/data/marked")],
    },
    Row {
        kind: "delivery",
        shown: "delivery",
        members: &[
            ("app", "/data/app"),
            ("person", "/data/person"),
            ("channel", "/data/channel"),
            ("field", "/data/field"),
            ("event", "/data/event"),
        ],
    },
    Row {
        kind: "unheard",
        shown: "unheard",
        members: &[
            ("app", "/data/app"),
            ("person", "/data/person"),
            ("field", "/data/field"),
            ("missing", "/data/missing"),
        ],
    },
    Row {
        kind: "attempt",
        shown: "attempt",
        members: &[
            ("app", "/data/app"),
            ("person", "/data/person"),
            ("number", "/data/number"),
            ("result", "/data/result"),
            ("status", "/data/status"),
        ],
    },
    Row {
        kind: "webhooks_failing",
        shown: "webhooks_failing",
        members: &[("app", "/data/app"), ("page", "/data/page"), ("since", "/data/since")],
    },
    Row {
        kind: "webhooks_disabled",
        shown: "webhooks_disabled",
        members: &[("app", "/data/app"), ("page", "/data/page")],
    },
    Row {
        kind: "timer",
        shown: "timer",
        members: &[
            ("timer", "/data/timer"),
            ("person", "/data/person"),
            ("page", "/data/page"),
            ("app", "/data/app"),
        ],
    },
    Row { kind: "clock", shown: "clock", members: &[("to", "/data/to")] },
    Row { kind: "bot", shown: "bot", members: &[("app", "/data/app"), ("verb", "/data/verb")] },
    Row { kind: "note", shown: "note", members: &[("text", "/data/text")] },
    Row {
        kind: "proxied",
        shown: "proxied",
        members: &[("host", "/data/host"), ("passage", "/data/passage"), ("outcome", "/data/outcome")],
    },
];
