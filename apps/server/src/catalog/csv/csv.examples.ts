/** A file with one item. */
export const itemsFile = [
  'sku,name,brand,category,price_amount,price_currency,weight_kg,hs_code,attributes\r\n',
  'BOOTS-42,Winter boots,Nordkapp,shoes,4990.00,RUB,1.500,640391,"{""colour"":""black"",""sizes"":[41,42]}"\r\n',
].join('');

/** A file with the errors of one row. */
export const errorsFile = [
  'row,line,column,code,detail\r\n',
  '2,2,sku,invalid_sku,"sku must have 1 to 64 Latin letters, digits, dots, hyphens and underscores, and start with a letter or a digit."\r\n',
].join('');
