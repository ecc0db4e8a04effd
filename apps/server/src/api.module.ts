import { Module } from '@nestjs/common';
import { HttpModule } from '@waybill/http';
import { OpenApiModule } from '@waybill/openapi';
import { AdminModule } from './admin';
import { CatalogModule } from './catalog';
import { PackagesModule } from './packages';
import { SessionsModule } from './sessions';

/** What a process that serves HTTP is made of. */
@Module({ imports: [HttpModule, OpenApiModule, SessionsModule, CatalogModule, PackagesModule, AdminModule] })
export class ApiModule {}
