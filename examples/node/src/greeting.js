export const greeting = "Words, counted";
