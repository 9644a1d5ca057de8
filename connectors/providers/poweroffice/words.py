"""The plugin page of PowerOffice Go."""

GUIDE = """
For PowerOffice Go, API v2. Three keys are needed. The Application Key belongs to the integration and the Subscription
Key to its product in PowerOffice's developer portal; the Client Key is made in Go by the company itself (Settings >
Integrations) when it activates the integration, and is entered as Client App Secret. Keys of the demo and of production
never work in each other's place: Is Test uses the demo. Host may stay empty. Ten calls a second are taken of all
companies with the same Subscription Key together, so all connectors with that key share them. The integration needs the
privileges for sales orders, outgoing invoices, customers, products, the customer ledger, the general ledger and
vouchers, and to invoice the one for sending invoices.

ExportOrder makes a sales order, once: its ExternalImportReference is the order's number after the property
ReferencePrefix. Go refuses a second one with the same reference; before anything is made it is looked for among the
customer's sales orders and among the invoices. When an answer was lost it is looked for again, and made only 5 minutes
later. A sales order that is there is left as it is. OrderStatus = Confirmed locks it and reserves its stock. A delivery
address of its own is not sent.

The customer is the one whose ExternalImportReference is the customer's number (or e-mail address) here, else a new one;
Go cannot look for e-mail addresses, so customers that were made there by hand are found only once a customer import has
brought their number. CustomerNo books all orders on one customer. Missing products are made first (CreateProducts =
false refuses the order instead). The shipping fee is a line with the product ShippingProduct.

VAT is not sent: it follows the sales account of each product. Properties with the Key Group PowerOfficeSalesAccounts name
the account of new products: key 25, 15, 12 or another rate, value the account; key free names the account of sales
without VAT. A line without VAT is posted on the product's optional account, unless LinesWithoutVat = StandardAccount. A
total that differs by more than rounding is an error that names both. Field Mapping fills fields of the sales order from
order properties; the Key Groups OrderFields, CustomerFields and ProductFields give new ones fixed values
(DepartmentCode, PaymentTerm, ProjectCode, IsStockItem).

ExportInvoices makes the invoice of the sales order and sends it as InvoiceDelivery says (PdfPrintForDownload sends
nothing). Go does that in its own time: the step waits for the number, and where it takes longer it is asked again until
the invoice is there or Go tells why not. A credit note is a sales order with negative lines that names the invoice;
an amount is credited with the product CreditProduct.

ExportPayments posts each capture and refund as a voucher of two lines in the journal that PaymentJournal names: on the
account of the payment method and on the customer's. Add a property with the Key Group PowerOfficePaymentMethods for each
one: the key is its name (Klarna), the value the account (1920). A payment in another way is not exported: the step says
so. A capture is matched with the invoice; a refund has to be matched with its credit note in Go.

Products, customers, stock and paid invoices are read by their time of change; with StockQuantity = Available stock is read
completely each time. Prices are the products' own, in NOK; PricesIncludeVat tells whether they hold VAT. Stock can be
sent to products that are stock items there. There are no webhooks.
"""
