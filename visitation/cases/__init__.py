"""Requests that are followed until there is an answer."""

from visitation.cases.tables import Case, CaseDocument, CaseOrder, CaseStep

__all__ = ["Case", "CaseDocument", "CaseOrder", "CaseStep"]
