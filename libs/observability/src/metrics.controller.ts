import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public, SkipRateLimit } from '@waybill/http';
import { register } from 'prom-client';

/** The metrics of this process; on a port of their own where `OPS_PORT` is set. */
@ApiTags('operations')
@Controller()
export class MetricsController {
  /** Give the metrics of this process in Prometheus's text format. */
  @Get('metrics')
  @Public()
  @SkipRateLimit()
  @Header('Content-Type', register.contentType)
  @ApiOperation({ operationId: 'getMetrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    schema: { type: 'string', example: 'process_start_time_seconds 1795251600' },
    description: "Prometheus's text format",
  })
  metrics(): Promise<string> {
    return register.metrics();
  }
}
