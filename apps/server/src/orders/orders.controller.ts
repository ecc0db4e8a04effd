import { Body, Controller, Get, Header, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { RequestContext } from '@waybill/core';
import { AllowCustomersOr, ApiProblems, Ctx, ETag, Idempotent, Location } from '@waybill/http';
import { OrderUid } from './order-uid.pipe';
import { OrderDto } from './order.dto';
import { ListOrdersQuery, OrderPage, PlaceOrderDto, toOrderSummaryDto } from './orders.dto';
import { OrderNotFoundError } from './orders.errors';
import { placedOrder, streamedOrder } from './orders.examples';
import { OrdersQueries } from './orders.queries';
import { ordersScopes } from './orders.scopes';
import { OrdersService } from './orders.service';

@ApiTags('orders')
@Controller('api/v1/orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    private readonly queries: OrdersQueries,
  ) {}

  /**
   * Place an order. Stores the order with the current prices of the catalog. The reply has the same fields as an order from a shop, with
   * `source` and `totals` added. Fields that only a shop knows are null, empty or 0.
   */
  @Post()
  @AllowCustomersOr(ordersScopes.write)
  @Idempotent()
  @Location<OrderDto>(({ order_uid: uid }) => `/api/v1/orders/${uid}`)
  @ApiOperation({ operationId: 'placeOrder' })
  @ApiCreatedResponse({ type: OrderDto, example: placedOrder })
  place(@Ctx() ctx: RequestContext, @Body() dto: PlaceOrderDto): Promise<OrderDto> {
    return this.orders.place(ctx, dto);
  }

  /** List orders. Newest first. You see the orders that you placed, or all orders if you have the scope `orders:read`. */
  @Get()
  @AllowCustomersOr(ordersScopes.read)
  @ApiOperation({ operationId: 'listOrders' })
  @ApiOkResponse({ type: OrderPage })
  async list(@Ctx() ctx: RequestContext, @Query() query: ListOrdersQuery): Promise<OrderPage> {
    const page = await this.queries.list(ctx, query);
    return { ...page, items: page.items.map(toOrderSummaryDto) };
  }

  /** Get an order. Returns an order from a shop exactly as it was received or corrected, byte for byte. */
  @Get(':order_uid')
  @AllowCustomersOr(ordersScopes.read)
  @ETag()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiProblems(OrderNotFoundError)
  @ApiOperation({ operationId: 'getOrder' })
  @ApiParam({ name: 'order_uid', schema: { type: 'string', example: 'b563feb7b2b84b6test', maxLength: 128 } })
  @ApiOkResponse({ type: OrderDto, example: streamedOrder })
  get(@Ctx() ctx: RequestContext, @Param('order_uid', OrderUid) orderUid: string): Promise<string> {
    return this.queries.document(ctx, orderUid);
  }
}
