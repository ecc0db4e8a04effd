const open = new Set<string>();

/** Declares that the objects of this schema may have more fields than the document names. */
export const OpenSchema =
  (): ClassDecorator =>
  ({ name }) =>
    void open.add(name);

/** Whether the class of this name has `@OpenSchema()`. */
export const isOpenSchema = (name: string): boolean => open.has(name);
