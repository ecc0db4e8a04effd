/** The actions that this module records in the audit log. */
export const catalogAuditActions = [
  'catalog_import.accepted',
  'catalog_item.archived',
  'catalog_item.changed',
  'catalog_item.created',
  'catalog_item.restored',
  'package_type.archived',
  'package_type.created',
  'package_type.renamed',
  'package_type.restored',
] as const;

export type CatalogAuditAction = (typeof catalogAuditActions)[number];
