//! Rules: webhooks: subscriptions, deliveries, retries.

macro_rules! webhooks {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            EmptyFieldName, "M-59", "an empty name in a list of fields", [], Observed, LOGS,
                "A list of webhook fields with an empty name in it makes the platform fail: status 500, code 1.";
            AppTokenRequired, "M-63", "webhooks of an app need its own token", [], Inferred, CHOICE,
                "The subscriptions of an app are read and changed with its app token; a Page token is refused with code 15.";
            FieldPermission, "M-68", "subscribing needs permissions", [], Observed, LOGS,
                "Installing an app needs pages_manage_metadata, and messaging fields need pages_messaging.";
            CallbackVerified, "M-186", "a callback is verified while its registration waits", [], Documented, WEBHOOKS,
                "When an app names its callback or verify token, the callback is asked for the challenge before the call is answered. Anything but status 200 is refused with code 2200, another body than the challenge with code 2201, and everything stays as it was.";
            CallbackElsewhere, "M-186a", "a callback on the internet is not called", [], Inferred, CHOICE,
                "An https callback on another machine of an app whose webhook is known, from the world or from an earlier registration, is accepted without a verification: deliveries go on to that webhook. Where none is known, and for http to another machine, the registration is refused with code 3 in the emulator's own words.";
            Deliveries, "M-188", "how webhooks are delivered", [], Documented, WEBHOOKS,
                "An event is posted to the callback as JSON, with a User-Agent of the platform and both signatures.";
            Signatures, "M-189", "webhooks are signed", [], Documented, WEBHOOKS,
                "X-Hub-Signature is sha1= and X-Hub-Signature-256 is sha256=, each with the HMAC of the very bytes of the body under the app secret of the app that hears, in small hexadecimal digits.";
            BodyEscapes, "M-190", "webhook bodies are plain ASCII", [], Documented, WEBHOOKS,
                "Webhook bodies are compact JSON in which everything that is not ASCII, and the characters / < % @, stand as escapes.";
            RetriesForAnHour, "M-193", "failed deliveries are tried again", [], Inferred, WEBHOOKS,
                "A delivery that was not answered with a 2xx is tried again at once, then after 1 s, 5 s, 30 s, 2 min and every 10 min, with the same bytes, until an hour has passed.";
            WebhooksDisabled, "M-193a", "webhooks that fail for an hour are switched off", [], Documented, WEBHOOKS,
                "After 15 minutes of failed deliveries an app's developers are told; after an hour its webhooks on the Page are switched off until it subscribes again.";
            DeliveryOrder, "M-194", "events come in their order", [], Documented, WEBHOOKS,
                "An app hears of the events of one conversation in their order as long as its webhook acknowledges them. After a failure the order is not certain.";
            OneEvent, "M-195", "one event in each webhook", [], Inferred, CHOICE,
                "A webhook has one entry with one event, although the platform puts several into one under load.";
            WebhookFields, "M-197", "the names of webhook fields", [], Observed, LOGS,
                "A field that Pages do not have is refused with code 100, its place in the list and the names of all fields.";
            WebhookFrame, "M-200", "the frame of a webhook", [], Documented, WEBHOOKS,
                "A webhook names its object first, then its entry: the id of the Page, the time of dispatch in milliseconds, and the event in messaging or standby. An event begins with sender, recipient and timestamp.";
            SubscriptionReplaces, "M-243", "a Page installs an app with fields", [], Inferred, WEBHOOKS,
                "subscribed_apps with a Page token sets the fields of the token's app in place of those before. The app stands in the list until it takes itself off, without the key subscribed_fields where it has none.";
            AppSubscription, "M-244", "an app subscribes with its own token", [], Documented, WEBHOOKS,
                "An app names its callback and its fields with its app token; an app hears only of fields that both it and the Page have subscribed.";
            WebhookObject, "M-244a", "webhooks of Pages alone", [], Inferred, CHOICE,
                "Subscriptions are kept for the object page; one that does not exist is refused as lacking permission, with code 200.";
        }
    };
}
pub(super) use webhooks;
