// 金蝶云星空 codes and names of fields (open.kingdee.com and ports of the vendor's SDK, 2026-11-22).

/** FDocumentStatus: A created, B in review, C approved, D to redo, Z temporary. */
export const approved = 'C'
/** FCloseStatus: A open, B closed. */
export const open = 'A'

/** Codes of the gateway, which come with HTTP 519. */
export const gateway = { status: 519, signature: '4002', clock: '4006' } as const

/** LoginResultType of ValidateUser and LoginByAppSecret. −5 asks for its form, 0 is a failure (unconfirmed). */
export const loggedIn = '1'

export const stockForm = 'STK_Inventory'
/** Names beyond those of the material and the warehouse are unconfirmed: look at one row first. */
export const stockFields = {
  id: 'FID',
  sku: 'FMaterialId.FNumber',
  name: 'FMaterialId.FName',
  spec: 'FMaterialId.FSpecification',
  warehouseNo: 'FStockId.FNumber',
  warehouse: 'FStockId.FName',
  onHand: 'FBaseQty',
  free: 'FAVBQty',
} as const

export const purchaseForm = 'PUR_PurchaseOrder'
export const purchaseFields = {
  billNo: 'FBillNo',
  entryId: 'FPOOrderEntry_FEntryId',
  documentStatus: 'FDocumentStatus',
  closeStatus: 'FCloseStatus',
  supplier: 'FSupplierId.FName',
  sku: 'FMaterialId.FNumber',
  ordered: 'FQty',
  received: 'FStockInQty',
  due: 'FDeliveryDate',
  modified: 'FModifyDate',
} as const
