"""Which provinces and sites an account reaches."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from visitation.people.tables import Account, AccountScope
from visitation.places.tables import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The reach of an account: everywhere, whole provinces, or single sites."""

    everywhere: bool = False
    provinces: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()

    def reaches(self, site: Site) -> bool:
        """Whether the site is inside."""
        return (
            self.everywhere
            or site.province_id in self.provinces
            or site.id in self.sites
        )

    def of_sites(self) -> ColumnElement[bool]:
        """The condition on `Site` that keeps what is inside."""
        if self.everywhere:
            return true()
        if not self.provinces and not self.sites:
            return false()
        return or_(
            col(Site.province_id).in_(self.provinces), col(Site.id).in_(self.sites)
        )


async def scope_of(session: AsyncSession, account: Account) -> Scope:
    """The reach of an account."""
    if account.everywhere:
        return Scope(everywhere=True)
    rows = (
        await session.exec(
            select(AccountScope).where(AccountScope.account_id == account.id)
        )
    ).all()
    return Scope(
        provinces=frozenset(r.province_id for r in rows if r.province_id is not None),
        sites=frozenset(r.site_id for r in rows if r.site_id is not None),
    )


async def encloses(session: AsyncSession, outer: Scope, inner: Scope) -> bool:
    """Whether all that one scope reaches, the other reaches too."""
    if outer.everywhere:
        return True
    if inner.everywhere or not inner.provinces <= outer.provinces:
        return False
    single = inner.sites - outer.sites
    if not single:
        return True
    covered = await session.exec(
        select(Site.id).where(col(Site.id).in_(single), outer.of_sites())
    )
    return single <= set(covered.all())


async def set_scope(
    session: AsyncSession,
    account: Account,
    *,
    provinces: Iterable[int] = (),
    sites: Iterable[int] = (),
) -> None:
    """Give an account exactly these provinces and sites."""
    await session.exec(
        delete(AccountScope).where(col(AccountScope.account_id) == account.id)
    )
    for province_id in sorted(set(provinces)):
        session.add(AccountScope(account_id=account.id, province_id=province_id))
    for site_id in sorted(set(sites)):
        session.add(AccountScope(account_id=account.id, site_id=site_id))
    await session.flush()
