"""The sample business: a chicken and egg stall with its prices, people, debts and the morning's kilos."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

from avileo_pos.domain.enums import BusinessUserRole, ProductType, ProductUnit

SAMPLE = UUID("5a3b1e00-0000-4000-8000-000000000001")
PASSWORD = "pollo-fresco-2026"  # of sample data that is meant to be opened by anybody


def sample_id(kind: str, name: str) -> UUID:
    """The same row has the same id wherever the sample is made."""
    return uuid5(SAMPLE, f"{kind}:{name}")


@dataclass(frozen=True, slots=True)
class SampleMember:
    name: str
    email: str
    role: BusinessUserRole
    sales_point: str
    pin: str
    commission_rate: Decimal

    @property
    def id(self) -> UUID:
        return sample_id("member", self.email)


@dataclass(frozen=True, slots=True)
class SampleProduct:
    name: str
    type: ProductType
    unit: ProductUnit
    price: Decimal
    stock: Decimal

    @property
    def id(self) -> UUID:
        return sample_id("product", self.name)


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    name: str
    apodo: str
    phone: str
    debt: Decimal
    credit_limit: Decimal | None

    @property
    def id(self) -> UUID:
        return sample_id("customer", self.name)


BUSINESS_NAME = "Avícola Doña Pepa"
BUSINESS_RUC = "20100070970"

ADMIN = SampleMember("Pepa Huamán", "pepa@avicola.pe", BusinessUserRole.ADMIN_NEGOCIO, "Casa", "2468", Decimal("0.00"))
ROSA = SampleMember("Rosa Quispe", "rosa@avicola.pe", BusinessUserRole.VENDEDOR, "Puesto 14", "1357", Decimal("2.00"))
LUIS = SampleMember("Luis Mamani", "luis@avicola.pe", BusinessUserRole.VENDEDOR, "Carro A", "1470", Decimal("2.50"))
MEMBERS = (ADMIN, ROSA, LUIS)


def _product(
    name: str, price: str, stock: str, type_: ProductType = ProductType.POLLO, unit: ProductUnit = ProductUnit.KG
) -> SampleProduct:
    return SampleProduct(name, type_, unit, Decimal(price), Decimal(stock))


PRODUCTS = (
    _product("Pollo entero", "9.80", "420.000"),
    _product("Pechuga", "16.00", "85.500"),
    _product("Pierna con encuentro", "11.50", "96.250"),
    _product("Alas", "10.90", "48.000"),
    _product("Filete de pechuga", "21.90", "30.400"),
    _product("Menudencia", "5.50", "26.000"),
    _product("Mollejita", "8.30", "12.750"),
    _product("Gallina", "13.20", "60.000"),
    _product("Pavita", "18.50", "35.000"),
    _product("Huevo rosado", "7.20", "180.000", ProductType.HUEVO),
    _product("Plancha de huevos", "17.50", "64.000", ProductType.HUEVO, ProductUnit.UNIDAD),
    _product("Huevo suelto", "0.60", "300.000", ProductType.HUEVO, ProductUnit.UNIDAD),
    _product("Carbón", "3.80", "50.000", ProductType.OTRO),
    _product("Bolsa grande", "0.20", "400.000", ProductType.OTRO, ProductUnit.UNIDAD),
)

ENVASES = (("Jaba", Decimal("2.350")), ("Java de huevos", Decimal("1.100")), ("Bolsa", Decimal("0.010")))


def _customer(name: str, apodo: str, phone: str, debt: str = "0.00", credit_limit: str = "") -> SampleCustomer:
    return SampleCustomer(name, apodo, phone, Decimal(debt), Decimal(credit_limit) if credit_limit else None)


CUSTOMERS = (
    _customer("Pollería El Dorado", "don Beto", "987654321", "1240.50", "3000.00"),
    _customer("Restaurante Mi Causa", "la Causa", "912345678", "386.20", "800.00"),
    _customer("Juana Ñahui", "casera Juanita", "998877665", "45.00", "150.00"),
    _customer("Carlos Ramírez", "Charly", "955443322", "0.00", "200.00"),
    _customer("Bodega San Martín", "San Martín", "944556677", "158.70"),
    _customer("Comedor Virgen del Carmen", "el comedor", "933221100", "612.00", "1000.00"),
    _customer("María Flores", "Mary", "922334455"),
    _customer("Ángel Núñez", "el Chino", "911223344", "78.90", "100.00"),
    _customer("Chifa Wong", "el chifa", "966778899", "0.00", "1500.00"),
    _customer("Teresa Condori", "doña Tere", "977889900", "-12.00"),
)

KILOS_OF_THE_MORNING = ((ROSA, Decimal("120.000")), (LUIS, Decimal("80.000")))
"""Given out as whole chickens."""
