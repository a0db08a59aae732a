//! The routes of Graph by name. Which method, node and edge each has, and what it takes, is known to the server alone.

use crate::word::words;

words! {
    /// What a call of Graph is for, without its path. The word is the `operationId` of the OpenAPI description and
    /// what journals keep.
    RouteId {
        /// Send a message or a sender action.
        SendMessage = "send_message",
        /// Read the messages with a person.
        ListMessages = "list_messages",
        /// Pass thread control to another app.
        PassThreadControl = "pass_thread_control",
        /// Tell another app something, without moving control.
        PassThreadMetadata = "pass_thread_metadata",
        /// Take thread control.
        TakeThreadControl = "take_thread_control",
        /// Request thread control.
        RequestThreadControl = "request_thread_control",
        /// Release thread control.
        ReleaseThreadControl = "release_thread_control",
        /// Stay in control for longer.
        ExtendThreadControl = "extend_thread_control",
        /// Read which app is in control.
        ReadThreadOwner = "read_thread_owner",
        /// List the secondary receivers of the Page.
        ListSecondaryReceivers = "list_secondary_receivers",
        /// Read a person's profile.
        ReadProfile = "read_profile",
        /// Read the picture of a person.
        ReadPicture = "read_picture",
        /// Read a Page.
        ReadPage = "read_page",
        /// Read an app.
        ReadApp = "read_app",
        /// Change an app.
        ChangeApp = "change_app",
        /// List the apps that are installed on the Page.
        ListInstalledApps = "list_installed_apps",
        /// Install the app on the Page with webhook fields.
        InstallApp = "install_app",
        /// Take the app off the Page.
        UninstallApp = "uninstall_app",
        /// List the webhook subscriptions of an app.
        ListSubscriptions = "list_subscriptions",
        /// Subscribe an app to webhooks.
        Subscribe = "subscribe",
        /// End webhook subscriptions of an app.
        Unsubscribe = "unsubscribe",
        /// Look into a token.
        DebugToken = "debug_token",
        /// Make several calls at once.
        Batch = "batch",
        /// Read several nodes at once.
        ReadNodes = "read_nodes",
        /// Get a token.
        GetToken = "get_token",
        /// Log in on a device.
        LogDeviceIn = "log_device_in",
        /// Search the platform.
        Search = "search",
        /// List the packs of stickers.
        ListStickerPacks = "list_sticker_packs",
        /// Search stickers.
        SearchStickers = "search_stickers",
        /// List the templates that the platform offers.
        ListTemplateLibrary = "list_template_library",
        /// Upload an attachment for later messages.
        UploadAttachment = "upload_attachment",
        /// Read a message.
        ReadMessage = "read_message",
        /// List the attachments of a message.
        ListMessageAttachments = "list_message_attachments",
        /// Answer a comment in private.
        SendPrivateReply = "send_private_reply",
        /// List the conversations of the Page.
        ListConversations = "list_conversations",
        /// List the threads of the Page.
        ListThreads = "list_threads",
        /// Read a thread.
        ReadThread = "read_thread",
        /// List the messages of a thread.
        ListThreadMessages = "list_thread_messages",
        /// List the labels of the Page.
        ListLabels = "list_labels",
        /// Make a label.
        CreateLabel = "create_label",
        /// Read a label.
        ReadLabel = "read_label",
        /// Delete a label.
        DeleteLabel = "delete_label",
        /// Put a label on a person.
        AssignLabel = "assign_label",
        /// Take a label from a person.
        RemoveLabel = "remove_label",
        /// List the labels of a person.
        ListPersonLabels = "list_person_labels",
        /// List the personas of the Page.
        ListPersonas = "list_personas",
        /// Make a persona.
        CreatePersona = "create_persona",
        /// Read a persona.
        ReadPersona = "read_persona",
        /// Delete a persona.
        DeletePersona = "delete_persona",
        /// Read the Messenger profile.
        ReadMessengerProfile = "read_messenger_profile",
        /// Set fields of the Messenger profile.
        SetMessengerProfile = "set_messenger_profile",
        /// Delete fields of the Messenger profile.
        DeleteMessengerProfile = "delete_messenger_profile",
        /// Read what one person's Messenger profile has of its own.
        ReadUserSettings = "read_user_settings",
        /// Give one person a Messenger profile of its own.
        SetUserSettings = "set_user_settings",
        /// Delete what one person's Messenger profile has of its own.
        DeleteUserSettings = "delete_user_settings",
        /// List whom the Page has blocked.
        ListBlockedPeople = "list_blocked_people",
        /// Block people.
        BlockPeople = "block_people",
        /// Unblock people.
        UnblockPeople = "unblock_people",
        /// Block people, or move conversations to spam.
        ModerateConversations = "moderate_conversations",
        /// List the message templates of the Page.
        ListTemplates = "list_templates",
        /// Make a message template.
        CreateTemplate = "create_template",
        /// Delete a message template.
        DeleteTemplate = "delete_template",
        /// List the welcome message flows of ads.
        ListWelcomeFlows = "list_welcome_flows",
        /// Make or change a welcome message flow.
        SetWelcomeFlow = "set_welcome_flow",
        /// Delete a welcome message flow.
        DeleteWelcomeFlow = "delete_welcome_flow",
        /// List the lead forms of the Page.
        ListLeadForms = "list_lead_forms",
        /// Make a lead form.
        CreateLeadForm = "create_lead_form",
        /// List the tokens of people who opted in to notifications.
        ListNotificationTokens = "list_notification_tokens",
        /// Reset what limits tests of notifications.
        SupportNotificationTests = "support_notification_tests",
        /// Switch messaging features of the Page.
        SetMessagingFeatures = "set_messaging_features",
        /// List the reviews of messaging features.
        ListFeatureReviews = "list_feature_reviews",
        /// Read whether ads that lead to messages can be optimised.
        ReadAdEligibility = "read_ad_eligibility",
        /// Read the chat plug-in of the Page.
        ReadChatPlugin = "read_chat_plugin",
        /// Configure built-in natural language processing.
        SetNlpConfig = "set_nlp_config",
        /// End the link between a person and an account of the business.
        UnlinkAccount = "unlink_account",
        /// List the ids of a person with other apps.
        ListIdsForApps = "list_ids_for_apps",
        /// List the ids of a person on other Pages.
        ListIdsForPages = "list_ids_for_pages",
        /// List the Pages of a person.
        ListPersonPages = "list_person_pages",
        /// Make a Page.
        CreatePage = "create_page",
        /// Send traces of the desktop client.
        SendDesktopTraces = "send_desktop_traces",
        /// List the conversations of an Instagram account.
        ListInstagramConversations = "list_instagram_conversations",
        /// Send a message as an Instagram account.
        SendInstagramMessage = "send_instagram_message",
        /// Read the Messenger profile of an Instagram account.
        ReadInstagramProfile = "read_instagram_profile",
        /// Set fields of the Messenger profile of an Instagram account.
        SetInstagramProfile = "set_instagram_profile",
        /// Delete fields of the Messenger profile of an Instagram account.
        DeleteInstagramProfile = "delete_instagram_profile",
        /// List the apps that are installed on an Instagram account.
        ListInstagramApps = "list_instagram_apps",
        /// Install the app on an Instagram account.
        InstallInstagramApp = "install_instagram_app",
        /// Take the app off an Instagram account.
        UninstallInstagramApp = "uninstall_instagram_app",
        /// List the welcome message flows of an Instagram account.
        ListInstagramWelcomeFlows = "list_instagram_welcome_flows",
        /// Make or change a welcome message flow of an Instagram account.
        SetInstagramWelcomeFlow = "set_instagram_welcome_flow",
        /// Delete a welcome message flow of an Instagram account.
        DeleteInstagramWelcomeFlow = "delete_instagram_welcome_flow",
    }
}
