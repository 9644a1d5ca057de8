"""The plugin page of Tripletex."""

GUIDE = """
For Tripletex API v2. ConsumerToken belongs to the integration and comes from Tripletex; EmployeeToken is made by the
company under Settings > Integrations > API access. The employee needs rights to orders, invoices, customers and
products; stock needs the Logistics package. Tokens for the test service begin with test- and need Is Test. Host may
stay empty. Accountants enter the client's company id as CompanyId. The login is renewed each day by itself.

ExportOrder makes an order once. Its number and reference are the order's number after the property ReferencePrefix;
the number is looked for before anything is made, and an order of that number with another reference is never touched.
When an answer was lost it is looked for again, and made only 5 minutes later. An order that is there is left as it
is; one that was cancelled there is told as an error. Lines go at prices with VAT.

ExportPerShipment = true makes one order, and so one invoice, for each shipment: their numbers end in -1, -2 and so
on, and each order line names the reference of its shipment in its property Shipment. The shipping fee goes with the
first.

The customer is the one with the e-mail address, else a new one; CustomerNumber books all orders on one customer.
Missing products are made first (CreateProducts = false refuses the order instead). The shipping fee is a line without
product, or with the number in ShippingProduct. VAT types are chosen by rate among those of outgoing VAT: 3 for 25 %,
31 for 15 %, 33 for 12 %, 5 for 0 %. Where the company uses others, add properties with the Key Group
TripletexVatCodes: key the rate, such as 25, value the number. Field Mapping fills fields of the order from order
properties; the Key Groups OrderFields, CustomerFields and ProductFields give new ones fixed values. DepartmentId and
InvoicesDueInDays go with each order.

ExportInvoices makes the invoice of the order that is there, which closes it, dated today. An order that comes to
another total there than here is not invoiced. SendToCustomer is false unless you set it: then nothing is sent to the
customer. With true Tripletex sends invoices and credit notes as the customer wants them, or as SendType says. The
company needs a bank account number before it can invoice.

ExportPayments registers what was captured on the invoice, and what was refunded on the credit note, with the payment
type of the payment method: properties with the Key Group TripletexPaymentMethods, key the payment method's name,
value the id or name of the payment type in Tripletex. A payment of another method is left alone: the step is skipped
and says so. A payment type whose account is in another currency than the order gets the amount at the invoice's own
rate. Tripletex keeps no reference with a payment: when an answer was lost, what is still to be paid tells what became
of it; where several payments make that unclear, a person decides.

A credit note of everything is made by Tripletex of the invoice; one of some lines, or of an amount, is an order of
negative pieces that is invoiced as a credit note of the invoice. Its number is that of the return here.

Inventory, products, prices and paid invoices are read completely each time, customers by their time of change.
StockFrom = Inventories reads the stock of each warehouse, whose id there is the location; StockQuantity = InStock
counts what is reserved too. Paid invoices are looked for among those of the last InvoiceDays. Stock is not sent to
Tripletex: it takes counts only as a stocktaking that people complete.

Webhooks: register the address on the page Webhooks of this connector. Products, customers and invoices that change
make the tasks of this connector run at once; they are signed with the secret that the registration puts into
WebhookSecret. Publish the connector after that. Tripletex switches off addresses that fail too often: the page tells,
and registering again switches them on.
"""
