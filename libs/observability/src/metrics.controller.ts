import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public, SkipRateLimit } from '@waybill/http';
import { register } from 'prom-client';

/** The metrics of this process. If `OPS_PORT` is set, that port serves them. */
@ApiTags('operations')
@Controller()
export class MetricsController {
  /** Get the metrics of this process. Prometheus text format. */
  @Get('metrics')
  @Public()
  @SkipRateLimit()
  @Header('Content-Type', register.contentType)
  @ApiOperation({ operationId: 'getMetrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    schema: { type: 'string', example: 'process_start_time_seconds 1795251600' },
    description: 'Metrics in the Prometheus text format.',
  })
  metrics(): Promise<string> {
    return register.metrics();
  }
}
