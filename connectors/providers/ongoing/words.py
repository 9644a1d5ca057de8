"""The plugin page of Ongoing WMS."""

GUIDE = """
Ongoing WMS is run by your warehouse (3PL). Ask the warehouse for an API user (its name begins with WSI), its password,
the address of its system and your goods owner id. One user belongs to one goods owner; two goods owners are two
connectors.

Host is https://api.ongoingsystems.se/ and the name that stands in the warehouse's login address. Test systems have
addresses of their own; enter them as the warehouse gives them and tick Is Test. GoodsOwnerId is your number. Test
connection asks for the warehouse's order statuses and for one order of yours.

Where the goods lie in several of its warehouses, add one property for each with the Key Group OngoingWarehouses: Key is
the code of our store, the value Ongoing's warehouse id. Orders then go to the warehouse of their shipments, deliveries
to their own, and inventory is read for each of them.

ExportOrder puts the order under its number (after the property NumberPrefix, needed where several shops share a goods
owner), so that a repetition changes nothing. A second ExportOrder changes address and lines while the warehouse still
takes changes; of an order that is picked already, it is refused by name. The delivery date is the order's day plus
DeliveryDays. Key Groups OngoingWaysOfDelivery and OngoingTransporters translate the shipment option, else the
order's property ShippingMethod, to the code of a way of delivery and to a transporter (code, or code/service); a
chosen pickup point goes along as servicePointCode. NotifyByEmail and NotifyBySms let the carrier write to the
customer. Field Mapping fills deliveryInstruction, orderRemark, freeText1 to freeText3, deliveryDate, servicePointCode
and others from order properties. Prices are not sent.

ExportCancellation takes the order back. Once the warehouse has begun it may refuse, which the step tells in its words;
then call the warehouse.

The task ImportWarehouseOrders reads how orders stand. Every warehouse may have statuses of its own: 150 is failed, 200
accepted, 300 and 320 picking, 400 picked, 450 and 500 shipped, 1000 cancelled; all others change nothing until a property
with the Key Group OngoingStatuses says what they mean (Key 425, value partly_shipped). Picked is not shipped, and a shipped
order of which pieces were left out counts as shipped in part. ImportReturns reads what came back, ImportInventory
the stock: StockFigure sellable is what is not promised to orders there (orders that you have not exported yet are still
in it), physical all that is in the house. It reads changes of the last day only, so after a longer pause everything once.

ExportInboundDeliveries announces goods that are on their way, ImportInboundDeliveries reads what arrived.
ClosedInboundStatuses are the statuses after which nothing more is expected (500,900).

Ongoing works on the calls of a goods owner one after the other, so this connector sends one at a time. ImportFrom keeps
the first import from reading years of orders.

Webhooks are optional and save waiting: the warehouse makes them under Administration, Webhooks, for order, purchase
order, return and inventory, with this connector's webhook address and the header X-Auth-Token that holds the secret of
the property WebhookToken. They only say what has changed; the tasks above are then run at once and read it.
"""
