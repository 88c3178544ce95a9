"""The closed lists are those of the specification."""

from enum import StrEnum

import pytest

from avileo_pos.domain import enums


@pytest.mark.parametrize(
    ("members", "values"),
    [
        (enums.UserRole, "admin vendedor"),
        (enums.BusinessUserRole, "admin_negocio vendedor"),
        (enums.SyncStatus, "pending synced error"),
        (enums.SaleType, "contado credito"),
        (enums.PaymentMethod, "efectivo yape plin transferencia"),
        (enums.ProductType, "pollo huevo otro"),
        (enums.ProductUnit, "kg unidad"),
        (enums.DistribucionStatus, "activo cerrado en_ruta"),
        (enums.ModoOperacion, "inventario_propio sin_inventario pedidos mixto"),
    ],
)
def test_a_list_of_the_schema_has_its_values_in_its_order(members: type[StrEnum], values: str) -> None:
    assert [member.value for member in members] == values.split()
    assert all(member.name == member.value.upper() for member in members)
