import { Controller, Get, Header } from '@nestjs/common';
import { Public, Undocumented } from '@waybill/http';
import { CONSOLE_CSP, consolePage, consoleScript, consoleStyle } from './console-page';

/** The page that shows an order to staff. It reads the order with the session of its user. */
@Controller('console')
export class OrdersConsoleController {
  @Get('orders')
  @Public()
  @Undocumented()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', CONSOLE_CSP)
  page(): string {
    return consolePage;
  }

  @Get('orders.css')
  @Public()
  @Undocumented()
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return consoleStyle;
  }

  @Get('orders.js')
  @Public()
  @Undocumented()
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return consoleScript;
  }
}
