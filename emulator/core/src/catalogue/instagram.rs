//! Rules: what Instagram has alone.

macro_rules! instagram {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            TakeOnInstagram, "C-45a", "no take on Instagram without a default app", [DefaultBehavior], Observed, LOGS,
                "On Instagram a take where no default app is set is refused with subcode 2534123. Its code and its English text are not known: code 100 and the text of Messenger are used.";
            NotOwnerOnInstagram, "C-85", "only the owner acts on Instagram", [Handover, ConversationRouting, DefaultBehavior], Observed, LOGS,
                "On Instagram a message, and a call that moves control, by an app that may not is refused with code 100, subcode 2534037, under the handover protocol too. A document of 2021 has code 10, subcode 2018300 for messages there, which instagram_send_error brings back.";
            WindowOnInstagram, "M-111", "outside the window on Instagram", [], Observed, LOGS,
                "On Instagram a message outside the window is refused with status 403, code 10, subcode 2534022 and a text without the code in front.";
            DevelopmentOnInstagram, "M-132a", "apps in development on Instagram", [], Observed, LOGS,
                "On Instagram a message of an app in development mode to somebody without a role on it is refused with status 403, code 200, subcode 2534048.";
            PersonOfAccount, "M-132", "ids of people on Instagram", [], Observed, LOGS,
                "An id that is nobody's who wrote to the Instagram account is refused with code 100, subcode 2534014; a profile of that id with code 9010.";
            InstagramFrame, "M-283", "the frame of a webhook of Instagram", [], Observed, LOGS,
                "A webhook of a conversation on Instagram has the object instagram; its entry has the time before the id, which is that of the account, as the recipient is. The person has an id of her own there, and message ids have another form. An app reaches her through the linked Page, by its id or me.";
            InstagramFields, "M-285", "fields of Instagram", [], Inferred, SPEC,
                "What an app has subscribed of a Page holds for the linked Instagram account as well, where some fields have other names: message_edit, messaging_seen, messaging_referral, messaging_handover. A world may use either name for both.";
            InstagramEchoes, "M-286", "echoes and reads on Instagram", [], Observed, LOGS,
                "Echoes on Instagram need the field messages; is_echo stands last in them and they name no app, unless instagram_echo_app_id says otherwise. A message that was read is named by its id, and there are no events of delivery. App ids in control events are strings there, and the inbox has an id of its own.";
        }
    };
}
pub(super) use instagram;
