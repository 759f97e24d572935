/** This version of Fresco. */
export const VERSION = "0.1.0";
