// Stands in a bundle for a module that is loaded and never used.
export default {};
