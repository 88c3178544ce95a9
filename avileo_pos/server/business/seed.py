"""Filling in the sample business that a newcomer opens."""

from __future__ import annotations

from argon2 import PasswordHasher
from sqlalchemy import Connection, select

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.enums import DistribucionMovementKind, DistribucionStatus, MovementKind
from avileo_pos.domain.stock import stock_change
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.server.auth.passwords import hash_password
from avileo_pos.server.auth.users import create_user, find_user
from avileo_pos.server.business import sample
from avileo_pos.server.business.audit import Act, record
from avileo_pos.server.business.businesses import BusinessWriter, CannotCreate, new_business
from avileo_pos.server.business.sample import sample_id
from avileo_pos.server.central import utc_now
from avileo_pos.server.postgres.database import Database
from avileo_pos.tables.shared import (
    businesses,
    customer_balances,
    customers,
    distribucion_movements,
    distribuciones,
    envases,
    inventory,
    inventory_movements,
    products,
)


def seed_sample(database: Database) -> None:
    """Make the sample business, its people and the morning's kilos, unless it is there. Raises CannotCreate."""
    password_hash = hash_password(sample.PASSWORD)

    def seed(connection: Connection) -> None:
        known = connection.scalar(select(businesses.c.id).where(businesses.c.id == sample.SAMPLE))
        if known is None:
            now = utc_now()
            with new_business(connection, sample.SAMPLE, sample.BUSINESS_NAME, now, sample.BUSINESS_RUC) as writer:
                _add_members(writer, password_hash)
                _add_catalog(writer)
                _add_customers(writer)
                _give_out_the_morning(writer)
                told = {"command": "avileo-server seed", "name": sample.BUSINESS_NAME, "ruc": sample.BUSINESS_RUC}
                record(connection, sample.SAMPLE, writer.revisions, Act("business.founded", told), now)

    database.in_transaction(seed, sample.SAMPLE)


def _add_members(writer: BusinessWriter, password_hash: str) -> None:
    for member in sample.MEMBERS:
        user = create_user(writer.connection, member.name, member.email, password_hash, writer.now)
        user = user or find_user(writer.connection, member.email)[0]
        if user is None:
            raise CannotCreate(f"{member.email} is being made by somebody else; try again.")
        writer.add_member(
            id=member.id,
            user_id=user.id,
            name=member.name,
            role=member.role,
            sales_point=member.sales_point,
            commission_rate=member.commission_rate,
            pin_hash=PasswordHasher().hash(member.pin),
        )


def _add_catalog(writer: BusinessWriter) -> None:
    today = business_date(writer.now)
    for position, product in enumerate(sample.PRODUCTS):
        writer.add(
            products,
            id=product.id,
            name=product.name,
            type=product.type,
            unit=product.unit,
            base_price=product.price,
            price_date=today,
            tile_position=position,
        )
        loaded = sum((kilos for _, kilos in sample.KILOS_OF_THE_MORNING), NO_KILOS) if product is _LOADED else NO_KILOS
        writer.add(
            inventory_movements,
            id=sample_id("compra", product.name),
            product_id=product.id,
            kind=MovementKind.COMPRA,
            quantity=product.stock,
            reason="Compra inicial",
            created_by=sample.ADMIN.id,
            business_date=today,
        )
        writer.add(inventory, id=product.id, product_id=product.id, quantity=product.stock - loaded)
    for name, tara in sample.ENVASES:
        writer.add(envases, id=sample_id("envase", name), name=name, tara=tara)


def _add_customers(writer: BusinessWriter) -> None:
    for customer in sample.CUSTOMERS:
        writer.add(
            customers,
            id=customer.id,
            name=customer.name,
            apodo=customer.apodo,
            phone=customer.phone,
            opening_balance=customer.debt,
            credit_limit=customer.credit_limit,
            created_by=sample.ADMIN.id,
        )
        writer.add(customer_balances, id=customer.id, balance=customer.debt, opening_balance=customer.debt)


def _give_out_the_morning(writer: BusinessWriter) -> None:
    today = business_date(writer.now)
    for vendor, kilos in sample.KILOS_OF_THE_MORNING:
        distribucion, movement = sample_id("distribucion", vendor.email), sample_id("carga", vendor.email)
        writer.add(
            distribuciones,
            id=distribucion,
            vendedor_id=vendor.id,
            punto_venta=vendor.sales_point,
            kilos_asignados=kilos,
            fecha=today,
            estado=DistribucionStatus.ACTIVO,
        )
        writer.add(
            distribucion_movements,
            id=movement,
            distribucion_id=distribucion,
            kind=DistribucionMovementKind.CARGA,
            product_id=_LOADED.id,
            kilos=kilos,
            created_by=sample.ADMIN.id,
        )
        writer.add(
            inventory_movements,
            id=sample_id("salida", vendor.email),
            product_id=_LOADED.id,
            kind=MovementKind.CARGA,
            quantity=stock_change(MovementKind.CARGA, kilos),
            distribucion_movement_id=movement,
            created_by=sample.ADMIN.id,
            business_date=today,
        )


_LOADED = sample.PRODUCTS[0]
