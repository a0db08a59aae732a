//! What is wrong with a message, its recipient and what goes with it.

use super::fault::faults;

faults! {
    /// A list with too many elements (M-78).
    list_too_long(list) = RuleId::ListTooLong, 105, "(#105) param {list} has too many elements.";
    /// A list with too few elements (M-79).
    list_too_short(list) = RuleId::ListTooShort, 194, "(#194) param {list} has too few elements.";
    /// A text that is empty (M-82).
    text_empty(parameter) = RuleId::TextEmpty, 100, "(#100) Param {parameter} must be a non-empty UTF-8 encoded string";
    /// What is no address (M-83). Where the platform was seen to refuse one it named either the parameter or, for media,
    /// the address itself.
    not_a_url(what) = RuleId::UrlShape, 100, "(#100) {what} should represent a valid URL";
    /// Something else in a template than the object or the list that it should be (M-87).
    template_shape() = RuleId::TemplateData, 100 / 2_018_032, "(#100) Invalid data";
    /// A text and an attachment (M-84).
    text_and_attachment() = RuleId::TextAndAttachment, 100 / 2_018_018,
        "(#100) Only one of text or attachment can be specified";
    /// Neither a text nor an attachment (M-85).
    message_empty() = RuleId::MessageEmpty, 100 / 2_018_034,
        "(#100) Message cannot be empty, must provide valid attachment or text";
    /// A message and a sender action.
    message_and_action() = RuleId::MessageAndAction, 100 / 2_018_014,
        "(#100) Cannot send both message and state at the same time.";
    /// Neither a message nor a sender action.
    neither_message_nor_action() = RuleId::MessageAndAction, 100 / 2_018_015, "(#100) Must send either message or state";
    /// The messaging type of tagged messages without a tag (M-100).
    tag_required() = RuleId::TagNeedsType, 100, "(#100) The parameter tag is required";
    /// A tag with another messaging type (M-100).
    tag_with_other_type() = RuleId::TagNeedsType, 100,
        "(#100) Messaging type should be MESSAGE_TAG for tagged messages.";
    /// A tag that never was (M-101).
    tag_unknown() = RuleId::TagUnknown, 100, "(#100) Invalid tag.";
    /// The recipient to whom nobody can send (M-107).
    recipient_forbidden() = RuleId::RecipientForbidden, 100,
        "(#100) Parameter error: You cannot send messages to this id";
    /// A recipient that is not an id (M-76).
    recipient_not_an_id() = RuleId::RecipientId, 100,
        "(#100) Param recipient[id] must be a valid ID string (e.g., \"123\")";
    /// A recipient given by phone number, as it was seen (M-116).
    phone_recipient_observed() = RuleId::PhoneRecipient, 230, status 403,
        "(#230) Requires pages_messaging_phone_number permission to manage the object";
    /// The same as it is documented (M-116).
    phone_recipient_documented() = RuleId::PhoneRecipient, 200 / 2_018_027, status 403,
        "(#200) Cannot message users who are not admins, developers or testers of the app until \
         pages_messaging_phone_number permission is reviewed and the app is live.";
    /// A page with Messenger Extensions whose domain is not whitelisted.
    extensions_not_whitelisted() = RuleId::ExtensionsUrl, 100,
        "(#100) The URL provided is not whitelisted for messenger extensions";
    /// A button without a title.
    button_title_missing() = RuleId::ButtonParts, 100 / 2_018_053, "(#100) Element button title cannot be empty.";
    /// A button that opens a page and names none.
    button_url_missing() = RuleId::ButtonParts, 100 / 2_018_041, "(#100) Web url cannot be empty for url type button";
    /// A button whose tap would tell nothing.
    button_payload_missing() = RuleId::ButtonParts, 100 / 2_018_040,
        "(#100) Payload cannot be empty for postback type button";
    /// A template without its type.
    template_type_missing() = RuleId::TemplateType, 100, "(#100) Missing template_type for attachment's payload";
    /// A template of a type that there is not.
    template_type_unknown() = RuleId::TemplateType, 100 / 2_018_026,
        "(#100) Unsupported template type provided. Please check API documentation for detail.";
    /// A template of buttons whose list is empty: with a full stop, and as an empty parameter, unlike the empty buttons
    /// of an element.
    buttons_empty(list) = RuleId::ParameterEmpty, 100, "(#100) param {list} must be non-empty.";
    /// An element that opens a page in two ways.
    element_opens_twice() = RuleId::ElementParts, 1 / 2_018_085,
        "(#1) Cannot specify both item_url and default_action";
    /// An element that says nothing beside its title, or not even that.
    element_incomplete() = RuleId::ElementParts, 100 / 2_018_035,
        "(#100) Incomplete element data: title and at least one other field (image url, subtitle or buttons) is \
         required with non-empty value";
    /// A quick reply that asks for a location, as there were once.
    quick_reply_location() = RuleId::QuickReplyParts, 100,
        "(#100) Location Quick Reply is now deprecated on API 4.0. Please refer to our Developer Documentation for \
         more info.";
    /// A quick reply without a title.
    quick_reply_title() = RuleId::QuickReplyParts, 100 / 2_018_098,
        "(#100) Title is required for this quick reply content type";
    /// A quick reply without a payload.
    quick_reply_payload() = RuleId::QuickReplyParts, 100 / 2_018_099,
        "(#100) Payload is required for this quick reply content type";
    /// An attachment of a type that there is not.
    attachment_type_unknown(parameter) = RuleId::AttachmentKinds, 100,
        "(#100) Param {parameter} is not supported. Please check developer docs for details";
    /// An attachment with neither an address nor a file.
    file_missing() = RuleId::FileMissing, 100 / 2_018_005,
        "(#100) Incorrect number of files uploaded. Must upload exactly one file.";
}
