"""Shapes of the staff routes."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["agent", "trainer", "supervisor", "admin"]

Plain = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")


class Login(BaseModel):
    username: str = Field(max_length=64)
    password: str = Field(max_length=200)


class NewStaff(BaseModel):
    username: str = Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")
    password: str = Field(min_length=8, max_length=200)
    name: str = Plain
    role: Role


class Person(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    username: str
    name: str
    role: Role
