"""The setup guide of the plugin page."""

GUIDE = """
Front Systems gives two keys, and every call needs both: the subscription key of its API gateway, and the API key of
your tenant, made in the Portal under Admin, Integration users. Enter them as Client App Secret and Bearer Token.
There is no public test system; ask Front Systems for a staging tenant, whose keys open it at the same address.

Stores: give each store here the external id FrontSystemsStockId with the StockId of its stock location (GET
/api/Stores shows them), or FrontSystemsStockId-{market code} where it has one for each market. It tells which store
a sale belongs to, where an order goes, and whose stock a level is. Articles are known by their GTIN on both sides:
SkuId here is the GTIN there. Where a line of an order has the property Gtin, that one is sent instead. A Field
Mapping of SkuId can name another field of a sale's row (ean, productid_fk, name, brand, group, sizelabel).

ImportOrders reads the sales of one day after the other, and the last three days again each time, since tills that
were offline deliver late; each sale is taken once. Voided, unfinished and test sales are left out. A sale with
goods both ways becomes a sale and a return, told apart by -R behind the number and settled with each other as the
payment Exchange. Personal data is not read with sales: the buyer is named by customer number only. Front Systems
does not tell what was paid with, so the payment is called as PaymentMethod says. FrontSystemsOrderType names the
order type here. Web sales are left out, unless ImportOrders is "all", which cannot go with WebSaleOrderTypes.

Webhooks: subscribe this connector's webhook address to SaleCreated with POST /api/Webhooks, or ask Front Systems
to. They are not signed, so that a webhook is only a hint: the sale is read from Front Systems before anything is
believed. Keep the import beside it, daily at least.

ExportOrder makes an omnichannel order, under our number, which is looked for before anything is made: BOPIS for
order types among PickupOrderTypes, ROPIS for ReserveOrderTypes, BOSS (sent from the store) for all others. A second
ExportOrder changes contact and address while nobody has handled the order there. Freight is no row of it. Order
types among WebSaleOrderTypes are booked as finished web sales instead, under an id of our own that never doubles
them: everything has to be captured, and each payment method needs its number in PaymentTypes. Freight becomes a row
with Front Systems' freight article.

Stock has one owner: StockOwner Front Systems opens ImportInventory only, Crossdock ExportInventory only. Levels are
set as counts in whole pieces.

Products are exported by variant: articles with the same parent are sizes of one, whose ExtId is the parent, else
the SKU. Group, brand, season and colour are made there where they are new; a Field Mapping fills groupName, color,
season, brand, gender and sizeSystem. Tills show a change after up to 15 minutes. Prices go into PriceList, or the
list that a price names, including tax. Customers are found by our number (ExtId), else by e-mail; staff are never
changed nor imported. Deleted customers stay there.
"""
