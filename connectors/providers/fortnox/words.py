"""The plugin page of Fortnox, and what countries are called there."""

GUIDE = """
For Fortnox API v3. In Fortnox's developer portal create an integration with the scopes that are listed under the
property Scopes, and enter on it the redirect address that the page Connect of this connector shows. Enter its
Client-Id and Client-Secret as Client App ID and Client App Secret. The company needs the licences that the scopes stand
for (order, invoice). There is no test host: for tests use a test company. Host may stay empty.

Then press Connect, log in at Fortnox as a system administrator of the company, and agree. The login renews itself
whenever it is used, and ends after 45 days without any use; it is renewed in time, and you are warned before it ends.
Each renewal brings a new key and makes the old one worthless, so one connector only may use a consent: two connectors
need two integrations. Once the consent has been given as a service account, the company's database number (shown as
the account on the page Connect) may be entered as OAuth Tenant instead: the connector then logs in with client
credentials, and nobody has to connect it again. At most 25 requests in 5 seconds are taken; 4 a second are sent.

ExportOrder makes an order, or with property ExportAs = Invoice an invoice, once: its ExternalInvoiceReference1 is the
order's number after the property ReferencePrefix, and is looked for before anything is made. When an answer was lost it
is looked for again, and made only 5 minutes later. A document that is there is left as it is; one that was
cancelled there is told as an error. Each hub order is one Fortnox order or invoice.

Add a property with the Key Group FortnoxPaymentMethods for each payment method: the key is the payment method's name
(KlarnaInStore), the value the code of its mode of payment in Fortnox (Settings > Modes of payment; may stay empty where
payments are not exported). An order that was paid in another way is not exported: the step is skipped and says so. An
order without payments is exported.

The customer is the one with the e-mail address, else a new one. CustomerNumbers = ours gives new customers our number and
looks for it first; CustomerNumber books all orders on one customer. Missing articles are made first
(CreateArticles = false refuses the order instead). The shipping fee is a row with the article ShippingArticle. Prices
include VAT, and each row carries its rate; a total that differs by more than rounding is an error. The account of the
rows is chosen by the country of delivery: properties with the Key Group FortnoxSalesAccounts, key SE, NO, or * for all
others, value an account of four digits; without them Fortnox chooses it by article and customer. Field Mapping fills
fields of the order from order properties; the Key Groups OrderFields, CustomerFields and ArticleFields give new ones
fixed values (TermsOfPayment, CostCenter, Project).

ExportInvoices makes the invoice of the order that is there; with ExportAs = Invoice the invoice itself, where InvoiceType
= CASHINVOICE makes a cash invoice. ExportPayments registers what was captured on the invoice, with the mode of payment.
Refunds are not registered as payments: Fortnox settles them with the credit note. A credit note of everything credits
the invoice in Fortnox; one of some lines or of an amount is an invoice with negative rows. Bookkeep = Payments books
payments at once, Everything also invoices and credit notes; that cannot be undone there, so Nothing is the default.

Inventory is read completely each time, because a change of stock is not told as a change of the article: from the
articles, or with StockFrom = Warehouse from the warehouse module by stock point (scope warehouse). StockQuantity =
Available leaves out what is reserved in Fortnox. Prices are read in the same way, in SEK, from the company's own
price list; PricesIncludeVat tells whether they hold VAT. Products, customers and paid invoices are read by their time of
change.
Invoices are compared by reference, so paid orders are told also where somebody else has registered the payment.
"""

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = frozenset(_EU.split())

#: Names of countries in Swedish, as Fortnox has them. Others are left to Fortnox, which takes the customer's.
COUNTRIES = {
    "AT": "Österrike",
    "AU": "Australien",
    "BE": "Belgien",
    "BG": "Bulgarien",
    "CA": "Kanada",
    "CH": "Schweiz",
    "CY": "Cypern",
    "CZ": "Tjeckien",
    "DE": "Tyskland",
    "DK": "Danmark",
    "EE": "Estland",
    "ES": "Spanien",
    "FI": "Finland",
    "FR": "Frankrike",
    "GB": "Storbritannien",
    "GR": "Grekland",
    "HR": "Kroatien",
    "HU": "Ungern",
    "IE": "Irland",
    "IS": "Island",
    "IT": "Italien",
    "JP": "Japan",
    "LT": "Litauen",
    "LU": "Luxemburg",
    "LV": "Lettland",
    "MT": "Malta",
    "NL": "Nederländerna",
    "NO": "Norge",
    "PL": "Polen",
    "PT": "Portugal",
    "RO": "Rumänien",
    "SE": "Sverige",
    "SI": "Slovenien",
    "SK": "Slovakien",
    "US": "USA",
}
