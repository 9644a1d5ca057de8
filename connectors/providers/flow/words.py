"""The plugin page of Flow."""

GUIDE = """
Flow Retail's tills, over its API v2; not flow.io. In Flow Admin create an integration user with the right
TENANT.ACCESS (TENANT.BACKOFFICE to write products) and enter its integration token as Bearer Token, which Flow shows
once. TenantUid is the tenant's Uid, StoreUids the stores whose receipts are read, Currency that of its amounts. With
Is Test the stage of Flow is called. Give each store here the external id FlowStoreUid with its Uid in Flow, or
FlowStoreUid-{market code}.

Webhooks tell of sales at once, and are the way that Flow recommends: in Flow Admin add an http transport with this
connector's webhook address and the header X-Crossdock-Token, whose value you enter as WebhookToken, and send it
ORDER_SETTLED, ORDER_RECEIPT_SETTLED, ORDER_DELIVERED, CUSTOMER_CREATE, CUSTOMER_UPDATE, PRODUCT_CREATE,
PRODUCT_UPDATE and STOCK_CHANGE. A webhook is only a pointer: the order is read from Flow before anything is believed,
and events of customers, products and stock make their import tasks due. They are stored at once and never answered
with 429, which Flow would take for a refusal. Keep ImportOrders beside them; it searches the receipts that were
settled since the last run.

What Flow has not published where we could read it, you complete from its own reference, which the merchant may ask
Flow for; nothing is guessed here. Reading an order needs, as properties with the Key Group FlowFields, the paths
(with dots) of Sku, Quantity and LineTotal (with VAT, after discount) within an item, and of OrderTotal within the
order. VatRate (else it follows from itemVatAmount and itemPrice), PaymentName, PaymentAmount and PaymentId within a
settlement are optional. Amounts and quantities are whole numbers with two implied decimals, as Flow documents. An
order whose lines do not come to OrderTotal is refused by name. A negative quantity is a return; ReturnTypes,
DeliveredStates and CancelledStates name Flow's words for returned, handed-over and cancelled orders. Words that are
not named there mean none of these.

Writing needs two things. First, as properties with the Key Group FlowCalls, method and path below the tenant:
OrderCreate, ProductCreate, ProductUpdate, PriceSet, CustomerCreate and CustomerUpdate, such as PUT
/customers/{customerUid}, with {storeUid}, {productUid} and {customerUid} filled in; OrderLines names the list of
lines in the order's body. Second, the Field Mapping: Property is what we have, Connector Property its path in Flow's
body. Ours are Order.Number, Order.PlacedAt, Order.Total, Order.ShippingTotal, Order.Email, Order.Phone,
Order.FirstName, Order.LastName, Order.Company, Order.BillingLine1 (…Line2, …PostalCode, …City, …Country; Shipping… as
well), Order. and any order property; Line.Number, Line.Sku, Line.Name, Line.Quantity, Line.UnitPrice, Line.Discount,
Line.TaxRate, Line.Total; Customer.Number, Customer.Email, Customer.Phone, Customer.FirstName, Customer.LastName,
Customer.Company, Customer.OrganisationNumber, Customer.Line1, Customer.PostalCode, Customer.City, Customer.Country;
Product.Sku, Product.Name, Product.Description, Product.Brand, Product.Gtin, Product.Unit, Product.Active,
Product.Price, Product.TaxRate; Price.Sku, Price.Price, Price.Before, Price.PriceList. Amounts, rates and quantities
are sent in Flow's form. Fixed fields are properties with the Key Group FlowOrderValues, FlowProductValues,
FlowCustomerValues or FlowPriceValues. As long as that is missing, such an export is refused with what to fill in.

Customers are found by customerExternalId, which our customer number has to be mapped to; products by SKU, through
Flow's stock list. Receipts of orders that came from here, which hold our number where Order.Number is mapped to, are
not imported again. An order cannot be looked up by our number: when the answer to ExportOrder was lost, a person has
to look in Flow. Once an order has its number there, it is not sent again.

Stock is read only: of every product at StoreUids, or at WarehouseUids, whose Uids are then the levels' locations.
Flow's requests that change stock are not published; let Flow count, or set it there by its own extension.
"""
