"""What is said to a person for each code of a broken rule: one catalogue, in the Spanish of the stall."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from string import Formatter

from avileo_pos.domain.business_day import format_time
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.weight import format_kilos

# `{name:soles}` and `{name:kilos}` write a Decimal of the details as an amount or a weight, `{name:hour}` an instant.
SENTENCES: dict[str, str] = {
    # Typing
    "name_required": "Escriba el nombre.",
    "kilos_not_positive": "Los kilos deben ser mayores que cero.",
    "amount_negative": "El monto no puede ser menor que cero.",
    "amount_not_positive": "El monto debe ser mayor que cero.",
    "not_a_number": "Escriba solo números, por ejemplo 12.50.",
    "too_many_decimals": "Use como máximo {places} decimales.",
    "too_large": "El número es demasiado grande.",
    "not_a_dni": "El DNI tiene 8 cifras.",
    "not_a_mobile": "El celular tiene 9 cifras y empieza con 9.",
    "not_a_receipt_number": "El número de nota se escribe como A1-000123.",
    "reason_required": "Escriba el motivo.",
    # Weighing and selling
    "already_voided": "{receipt_number} ya estaba anulada.",
    "sold_otherwise": "Este carrito ya se cobró con otros productos: {receipt_number}. Vacíelo y empiece otra venta.",
    "price_needs_reason": "Escriba por qué cambia el precio de {product_name}.",
    "price_changed": "El precio de {product_name} cambió a {price:soles}. Revise la línea.",
    "sale_is_empty": "Agregue al menos un producto.",
    "too_many_lines": "Una venta tiene hasta {most} líneas. Cobre esta y siga en otra.",
    "quantity_not_positive": "La cantidad debe ser mayor que cero.",
    "price_negative": "El precio no puede ser menor que cero.",
    "tare_negative": "La tara no puede ser menor que cero.",
    "tare_exceeds_gross": "La tara ({tare:kilos}) pesa más que el bruto ({gross:kilos}).",
    "weight_not_positive": "El peso neto debe ser mayor que cero.",
    "net_differs_from_gross": "En {product_name}, bruto menos tara no da el neto. Vuelva a pesar.",
    "sells_without_stock": "Falta stock para esta venta. Puede permitirla un administrador.",
    "calculator_needs_two": "Escriba dos de los tres: total, precio por kilo o peso.",
    "calculator_not_positive": "Los valores deben ser mayores que cero.",
    # Paying and owing
    "credit_limit_negative": "El límite de crédito no puede ser menor que cero.",
    "customer_required": "Para fiar, elija primero al cliente.",
    "payment_not_positive": "El pago debe ser mayor que cero.",
    "payment_too_small": "Faltan {missing:soles} para cubrir el total.",
    "payment_exceeds_total": "Sobran {excess:soles}. Solo el efectivo puede pasar del total.",
    "abono_is_empty": "Escriba cuánto abona el cliente.",
    "over_credit_limit": "Pasa su límite de {limit:soles} por {excess:soles}. Puede permitirlo un administrador.",
    # Cash sessions
    "cash_session_already_open": "Ya hay un turno de caja abierto en esta caja.",
    "cash_session_closed": "Este turno de caja ya está cerrado.",
    "no_cash_session": "Abra primero su turno de caja.",
    # Stock, distributions and counting
    "movement_follows_from_others": "Ese movimiento se anota solo, con la venta o la distribución.",
    "distribucion_closed": "Esta distribución ya está cerrada.",
    "distribucion_already_open": "Este vendedor ya tiene una distribución abierta ese día.",
    "punto_venta_required": "Escriba el punto de venta.",
    "adjustment_is_zero": "El ajuste no puede ser cero.",
    "distribucion_cannot_become": "La distribución ya está en otro estado. Actualice y vuelva a mirar.",
    "difference_needs_reason": "Hay una diferencia. Escriba el motivo.",
    "negative_count": "La cuenta no puede ser menor que cero.",
    "unknown_denomination": "No hay billete ni moneda de {denomination:soles}.",
    # Queue
    "operation_needed_by_others": (
        "Otras operaciones dependen de esta. Espere a que se envíen; si están por revisar, descarte primero esas."
    ),
    "operation_not_parked": "Ya no está por revisar. Actualice y vuelva a mirar.",
    "operation_not_editable": "Esto no se puede corregir aquí. Descártelo y hágalo de nuevo.",
    "not_exported": "Hay cosas sin enviar que no están en un archivo. Expórtelas primero.",
    "place_unwritable": "No se puede escribir en {place}. Elija otra carpeta.",
    "handover_broken": "Ese archivo no es de operaciones por enviar, o no está completo.",
    "handover_of_another": "Ese archivo es de otro negocio.",
    "passphrase_too_short": "La clave necesita al menos {shortest} caracteres.",
    "wrong_passphrase": "Con esa clave no se abre el archivo. Es la que se puso al exportar.",
    # Sharing without internet
    "sharing_needs_admin": "Para compartir, que un administrador entre en esta caja con su contraseña y con internet.",
    "sharing_not_installed": "Esta instalación no trae lo que hace falta para compartir. Llame a quien le ayuda.",
    "sharing_failed": "No se pudo empezar a compartir. Llame a quien le ayuda.",
    "pull_unfinished": "A esta caja le faltan datos. Comparta desde otra, o conéctela un momento a internet.",
    "already_sharing": "Esta caja está unida a otra. Para compartir desde aquí, vuelva primero al servidor.",
    "still_sharing": "Esta caja guarda lo que otras le enviaron. Primero deje de compartir, con internet.",
    "wrong_code": "Ese no es el código de la otra caja.",
    # People and records
    "changed_meanwhile": "Otra caja acaba de cambiar lo mismo. Cierre y vuelva a abrir para ver cómo quedó.",
    "dni_of_another": "Ese DNI ya es de {name}.",
    "permission_denied": "No tiene permiso para esto. Pida el PIN de un administrador.",
    "not_a_pin": "El PIN tiene de 4 a 6 cifras.",
    "no_admin_pin": "Ningún administrador tiene PIN todavía. Se pone en Usuarios.",
    "no_pin": "Esta persona todavía no tiene PIN. Entre con su contraseña.",
    "wrong_password": "El correo o la contraseña no son correctos.",
    "password_must_change": "Esa contraseña sirve una sola vez. Ponga una nueva.",
    "password_too_short": "La contraseña necesita al menos {shortest} caracteres.",
    "password_too_long": "La contraseña puede tener hasta {longest} caracteres.",
    "passwords_differ": "No es igual a la de arriba. Escríbala otra vez.",
    "password_not_new": "Ponga otra: esa es la que le entregaron.",
    "email_invalid": "Escriba el correo completo, por ejemplo rosa@correo.com.",
    "no_business": "Esta persona todavía no trabaja en ningún negocio. Pida al administrador que la invite.",
    "needs_central": "Para entrar hace falta internet esta vez.",
    "too_many_attempts": "Demasiados intentos. Vuelva a probar a las {until:hour}.",
    "address_invalid": "Esa dirección no está bien escrita.",
    "address_needs_https": "La dirección debe empezar con https://",
    "catalog_not_here": "Todavía no llegan los datos de este negocio. Conéctese a internet una vez.",
    "till_not_enrolled": "Esta caja todavía no está registrada. Entre con su correo y su contraseña, con internet.",
    "member_inactive": "Esta persona ya no trabaja en este negocio. Consulte con el administrador.",
    "not_found": "Ya no se encuentra en esta caja. Actualice y vuelva a buscar.",
}


def sentence(code: str, details: Mapping[str, object]) -> str:
    """The sentence for a code, filled with its details. An unknown code says so, with the code, for whoever helps."""
    template = SENTENCES.get(code)
    if template is None:
        return f"No se puede hacer (motivo «{code}»)."
    return _Writer().vformat(template, (), details)


class _Writer(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        match format_spec, value:
            case "soles", Decimal():
                return format_soles(value)
            case "kilos", Decimal():
                return format_kilos(value)
            case "hour", datetime():
                return format_time(value)
        return str(super().format_field(value, format_spec))
