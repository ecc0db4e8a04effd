import { FromTrueOrFalse, IsText, Optional } from '@waybill/http';

/** Filters for an export of items. */
export class ExportItemsQuery {
  /** Export only items of this category. Letter case matters. */
  @Optional()
  @IsText(1, 200)
  category?: string;

  /** Export only items of this brand. Letter case matters. */
  @Optional()
  @IsText(1, 200)
  brand?: string;

  /** `true`: export only archived items. `false` (default): export only items that are not archived. */
  @FromTrueOrFalse()
  archived: boolean = false;
}
