// The lines that the demo suggests to type, each with what it is there to show.

/** What the page is about: one application, found without saying on which platform. */
export const COMMAND = "/sast-source EmployeeBackoffice Testing";

/** A name that somebody got wrong. */
export const TYPO = "/sast-source EmploeeBackofice Testing";

/** What the second platform is there for. */
export const ON_ODC = { text: "/sast-source Supplier Portal Testing", about: "An application that lives on ODC" };
export const ON_BOTH = { text: "/sast-source Employee Portal Testing", about: "On both platforms: the bot asks which" };
export const ANSWERED = { text: "/sast-source Employee Portal Testing --on ODC", about: "The same, answered beforehand" };
export const LIBRARY = { text: "/sast-source Currency Formatting --tag 1.2.0", about: "A library, which runs nowhere" };
