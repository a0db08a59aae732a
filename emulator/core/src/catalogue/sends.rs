//! Rules: what a call of the Send API may hold.

macro_rules! sends {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            ParameterEmpty, "M-75", "empty parameters", [], Observed, LOGS,
                "An empty object where content is needed is refused with code 100.";
            RecipientId, "M-76", "ids are digit strings", [], Observed, LOGS,
                "A recipient id that is not a string of digits is refused with code 100.";
            TextLength, "M-77", "texts have a length", [], Observed, LOGS,
                "A text that is too long is refused with code 100, the name of the parameter and its limit: 2000 characters for the text of a message, 1000 for metadata and payloads. Characters are code points.";
            LongTitles, "M-77a", "long titles are cut", [], Observed, LOGS,
                "A title of a button or a quick reply with more than 20 characters is accepted; the person sees the first 20 and dots, and a tap says the whole title. Until 2016 it was refused like any other text that is too long.";
            ListTooLong, "M-78", "lists have a greatest length", [], Observed, LOGS,
                "A list with too many elements is refused with code 105. Parameters inside a template are named from name_placeholder on.";
            ListTooShort, "M-79", "lists have a least length", [], Observed, LOGS,
                "A list with too few elements is refused with code 194.";
            UnknownKeys, "M-80", "unknown keys inside objects", [], Observed, LOGS,
                "Keys that an object does not have are refused with code 100; unknown parameters of the call itself are ignored.";
            UnknownWord, "M-81", "words that a parameter does not know", [], Observed, LOGS,
                "A word that is none of those that a parameter takes is refused with code 100 and the list of them. Large and small letters are the same.";
            TextEmpty, "M-82", "texts that must say something", [], Observed, LOGS,
                "An empty title, or another text that must not be empty, is refused with code 100.";
            TextShape, "M-82a", "texts are texts", [], Observed, LOGS,
                "An object or a list where a message holds a text is refused with code 100 and the name of the parameter.";
            UrlShape, "M-83", "addresses look like addresses", [], Observed, LOGS,
                "What does not look like an http or https address is refused with code 100. The emulator fetches no address, so one that leads nowhere (code 100, subcode 2018008 on the platform) is accepted.";
            MessageEmpty, "M-84", "a message has content", [], Observed, LOGS,
                "A message without text or attachment is refused with code 100, subcode 2018034.";
            TextAndAttachment, "M-85", "either a text or an attachment", [], Observed, LOGS,
                "A message with a text and an attachment is refused with code 100, subcode 2018018. Quick replies go with either.";
            MessageAndAction, "M-86", "either a message or a sender action", [], Documented, ERRORS,
                "A call that carries a message and a sender action is refused with code 100, subcode 2018014; one with neither with subcode 2018015.";
            TemplateData, "M-87", "a template has a payload", [], Observed, LOGS,
                "A template whose payload is no object, or holds elements that are none, is refused with code 100, subcode 2018032.";
            TemplateType, "M-88", "a template names its type", [], Observed, LOGS,
                "A template without template_type is refused with code 100, one with a type that does not exist, or no longer, with subcode 2018026 as well.";
            ExtensionsUrl, "M-89", "extensions need whitelisted domains", [], Observed, LOGS,
                "What opens a page with messenger_extensions is refused with code 100 unless its address is https and its host is whitelisted on the Page. A subdomain is a host of its own. A Page whitelists 50 domains at most.";
            FileMissing, "M-90", "media come from somewhere", [], Observed, LOGS,
                "An attachment with neither an address nor the id of an uploaded file needs exactly one file in the call: code 100, subcode 2018005. The emulator takes no files yet.";
            RecipientForms, "M-142", "a recipient is named in one way", [], Documented, SEND,
                "A recipient is a page-scoped id or one of several other forms, never two at once.";
            MessagingType, "M-143", "messaging_type may be left out", [], Observed, LOGS,
                "A send without messaging_type is a RESPONSE. The old value NON_PROMOTIONAL_SUBSCRIPTION means the tag of that name.";
            SendAnswers, "M-144", "how a send is answered", [], Documented, SEND,
                "A message is answered with recipient_id and message_id, a sender action with recipient_id alone.";
            PageReacts, "M-146", "the Page reacts", [], Documented, SEND,
                "The sender actions react and unreact name a message in payload; react names an emoji or a word as well. No app hears of it.";
            ReplyTo, "M-147", "an answer or a reaction names a message that is there", [], Inferred, SEND,
                "reply_to names a message of the conversation, of either side, as a reaction of the Page does; any other id is refused as an invalid parameter.";
            MessageMembers, "M-151", "what a message may hold", [], Documented, SEND,
                "A message holds a text or attachments, quick replies and metadata; mid and seq of old clients are ignored.";
            AttachmentKinds, "M-154", "an attachment has a type and a payload", [], Observed, LOGS,
                "An attachment without type or payload is refused with code 100, as is a type other than image, audio, video, file and template. Several at once are images, 30 at most.";
            QuickReplyParts, "M-159", "quick replies have a title and a payload", [], Observed, LOGS,
                "A quick reply of text without a title or image is refused with code 100, subcode 2018098, one without a payload with subcode 2018099. Those that ask for a phone number or an email address need neither. The type location is refused as deprecated.";
            ButtonParts, "M-162", "buttons have what their type needs", [], Observed, LOGS,
                "A button without title is refused with code 100, subcode 2018053, a postback button without payload with subcode 2018040, one that opens a page without address with subcode 2018041. Types that need no title may have one, but no empty one.";
            ElementParts, "M-163", "an element says more than its title", [], Observed, LOGS,
                "An element of a generic template without a title, or without a subtitle, image or buttons beside it, is refused with code 100, subcode 2018035, as is one object in place of the list of elements. The old key item_url is known; beside default_action it is refused with code 1, subcode 2018085.";
            ButtonTemplate, "M-164", "a button template has a text", [], Documented, SEND,
                "A button template has a text of at most 640 characters and 1 to 3 buttons.";
            FeedbackTemplate, "M-169", "what a feedback template asks", [], Documented, SEND,
                "A feedback template has one screen with one question, a title, a button and the address of a privacy policy. Its texts hold no addresses, and it expires after 1 to 7 days.";
        }
    };
}
pub(super) use sends;
