"""The plugin page of Dynamics 365."""

GUIDE = """
For Business Central online, API v2.0. Finance & Operations has another API and is refused (property Product).

At Microsoft, register an app in Microsoft Entra, give it the application permission API.ReadWrite.All of Dynamics 365
Business Central with admin consent, and create a client secret. In Business Central open Microsoft Entra
applications, add the client id, set it to Enabled and assign permission sets for customers, items, sales orders,
posted sales invoices, and where they are used credit memos, payment journals and general ledger entries.

Enter Client App ID, Client App Secret and, as OAuth Tenant, the id or domain of the Entra tenant; Tenant URL (login
server) and OAuth Resource (scope) need no change. Property CompanyId is the company's id; …/api/v2.0/companies lists
them. Host may stay empty. Sandbox and production share one host and differ by the environment's name: it is
production, or with Is Test sandbox; property Environment, or a Host that ends in /v2.0/{tenant}/{environment}, names
another. Is Test together with the environment production is refused, and so is sandbox without Is Test.

ExportOrder makes a sales order and answers with its number. Its External Document No. is the order's number in
capitals, after the property ExternalNumberPrefix (needed where several shops sell in one company), at most 35
characters. Before anything is made that number is looked for among sales orders and invoices. When an answer was lost
it is looked for again, and an order is made only 16 minutes later, once Business Central can no longer be at work on
the first try.

The customer is the one with the customer's number, else with the e-mail address (the lowest number where several have
it), else a new one. CustomerNumber books all orders on one customer. CustomerNumbers = ours gives new customers our
number, for which their number series must allow manual numbers. New customers need posting groups: set up customer
templates for the API. Items are never made; an SKU without an item is refused by name.

Lines carry the prices that the shopper paid, and their discounts, with pricesIncludeTax; totals agree to the cent,
and Business Central works out the tax. Where it uses sales tax instead of VAT, set PricesIncludeTax to false: price
and discount are sent without tax, the price with five decimals, so that each line comes to exactly the order's net
amount; the tax is added there and may differ by rounding, which the step's result tells. A larger difference is an
error, because the tax groups do not fit. The shipping fee is a line on ShippingLineAccount (ShippingLineType Account,
Charge, Item or Resource); without that property an order with a fee is refused.

A second ExportOrder, such as at Ship, makes nothing again and touches no line. It changes what differs in ship-to
address, phone number, e-mail address and mapped fields, and only if nobody has changed the order since it was read.
An order that has left completely or is invoiced stays as it is, and one that was deleted there is not made again but
told as an error. ExportInvoices posts the sales order, ship and invoice in one, and answers with the invoice's number;
without that step posting is left to people there, as cancelling is. API v2.0 has no field for tracking numbers.
Field Mapping fills fields of the sales order from order properties (RequestedDeliveryDate to
requestedDeliveryDate); properties with the Key Group OrderFields or CustomerFields give new orders or customers fixed
values (shortcutDimension1Code, paymentTermsId).

CreateCreditNote makes a sales credit memo with our reference as External Document No., once, and answers with its number.
It is set against the invoice as far as that is still to be paid, names it in a comment line, credits lines or, on
CreditMemoAccount, an amount, and stays a draft unless PostCreditMemos is true. A memo whose total is not what was given
back is never posted, but told as an error.

ExportPayments adds each captured amount once to the payment journal of its payment method (Key Group PaymentJournals:
the method's name, or *, with the journal's code), applied to the invoice where there is one. People post the journal; it
needs a balancing account, no number series, and the app permission to read general ledger entries, by which a posted line
is known again. Refunds are not exported, they are settled with the credit memo. Amounts are in the customer's currency
there; another one is refused. ImportPaidInvoices tells which invoices of orders are paid; when is not told there.

ImportProducts takes over items (SKU is their number), ImportPrices their unit price in the company's currency or
PriceCurrency (tax is added by the product's tax rate where the price is without), ImportCustomers customers by their
number; the last word of a person's name becomes the last name. Field Mapping may name each of their fields, such as
itemCategoryCode or taxGroupCode, and for customers Customer.VatNumber from taxRegistrationNumber. Prices of sales price
lists are not in API v2.0.

Business Central can tell at once that items or customers have changed: enter a long random text as WebhookSecret,
publish, and register the address on the connector's page Webhook. Its subscriptions end after three days; a scheduled task
CheckWebhooks, daily, renews them. A notice runs the active imports of this connector; keep their schedule all the same.

Inventory is the stock on hand at all locations: read completely once, then for items with new item ledger entries.
Read it completely again now and then, such as weekly.
"""
