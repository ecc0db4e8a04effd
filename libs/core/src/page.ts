/** Cursor and size of the requested page. */
export interface PageRequest {
  limit: number;
  /** `next_cursor` of the previous page; undefined for the first page. */
  cursor?: string;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Cursor of the next page; null on the last page. */
  next_cursor: string | null;
}
