//! Rules: Pages, apps, people and tokens as Graph shows them.

macro_rules! nodes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! { [$($later)*] $($before)*
            NodesShown, "M-246", "a Page and an app as nodes", [], Documented, GRAPH,
                "A Page token reads its Page, an app token its app, with the fields that were asked for and the id last.";
            TokenInspected, "M-249", "an app looks into its tokens", [], Documented, GRAPH,
                "With its app token an app reads what a token is for and whether it holds. With any other token the call is refused with code 100.";
            InspectionProof, "M-249a", "a proof beside a token that is looked into", [], Observed, LOGS,
                "debug_token takes a proof of the token that is looked into as well as one of the token that asks.";
            Permissions, "M-250", "what a Page token may carry", [], Documented, GRAPH,
                "A Page token lists pages_messaging, pages_manage_metadata, pages_read_engagement, pages_show_list, page_utility_messaging and those of the language, the time zone and the gender of people.";
            ProfileShown, "M-265", "a profile is shown to those the person met", [], Documented, SEND,
                "A Page reads the profile of a person who has done something with it; of anybody else it sees an empty object. Without pages_messaging, or in development mode for people without a role, the call is refused with code 100, subcode 2018247.";
            ProfileFields, "M-265a", "language, time zone and gender need permissions", [], Observed, LOGS,
                "A call that names locale, timezone or gender needs the permission of each, pages_user_locale, pages_user_timezone or pages_user_gender; without one it is refused with code 100, subcode 2018247, and the same call without the field succeeds.";
        }
    };
}
pub(super) use nodes;
